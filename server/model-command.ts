/** `sagent model VERB`: the weights of local models, on this machine and on the hub. */
import { UsageError } from "../agent/error.ts";
import type { Config } from "./config.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code. Throws `SagentError`. */
export async function runModel(words: readonly string[], config: Config, env: Env): Promise<number> {
  const [verb, ...rest] = words;
  switch (verb) {
    case "list":
      if (rest.length > 0) throw new UsageError("model list takes no name.", { hint: usage });
      return (await import("./weights-list.ts")).listWeights(config, env);
    case "search":
      if (rest.length === 0) throw new UsageError("model search needs words to look for.", { hint: usage });
      return (await import("./weights-search.ts")).searchWeights(rest, config);
    case "info":
      return (await import("./weights-info.ts")).describeWeights(one(rest, verb), config);
    case "pull":
      if (rest.length > 1) throw new UsageError("model pull takes one name.", { hint: usage });
      return (await import("./weights-pull.ts")).fetchWeights(rest[0], config);
    case "rm":
      return (await import("./weights-rm.ts")).removeWeights(one(rest, verb), config);
    case "bench":
      return (await import("./weights-bench.ts")).benchWeights(one(rest, verb), config, env);
    default:
      throw new UsageError(verb === undefined ? "model needs a verb." : `model ${verb} is not a command.`, {
        hint: usage,
      });
  }
}

const usage = "The commands are: model list, model search WORDS, and model info, pull, rm or bench with a NAME.";

function one(words: readonly string[], verb: string): string {
  const [name, extra] = words;
  if (name !== undefined && extra === undefined) return name;
  throw new UsageError(`model ${verb} needs one name.`, { hint: "sagent model list shows those that are here." });
}
