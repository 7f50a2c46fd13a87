/** An agent as a tool of the Model Context Protocol: a prompt in, its answer, its cost and its session out. */
import { z } from "zod";
import { messageOf, SagentError } from "../agent/error.ts";
import { runFleet } from "../agent/fleet-run.ts";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import type { HostedCall, HostedTool } from "./mcp-host.ts";
import { progressTeller } from "./mcp-offer.ts";

type Env = Readonly<Record<string, string | undefined>>;

const argsSchema = z.strictObject({
  prompt: z.string().min(1).describe("The task, complete in itself"),
  session: z.string().min(1).optional().describe("Goes on with this session of an earlier answer"),
  model: z.string().min(1).optional().describe("A model's name, family or role"),
  maxBudgetUsd: z.number().positive().optional().describe("It never sends a call that could exceed this"),
});

const outputSchema = z.object({
  text: z.string(),
  session: z.string(),
  costUsd: z.number(),
  rounds: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
});

const description =
  "Gives a task to a coding agent that reads, writes and runs what it needs in this project, and answers when it is done. What it does is told as progress; to cancel stops it.";

export function agentTool(config: Config, env: Env): HostedTool {
  const inputSchema: Readonly<Record<string, unknown>> = z.toJSONSchema(argsSchema, { io: "input" });
  const output: Readonly<Record<string, unknown>> = z.toJSONSchema(outputSchema);
  return {
    listed: {
      name: "Agent",
      title: "Coding agent",
      description,
      inputSchema: { ...inputSchema, type: "object" },
      outputSchema: { ...output, type: "object" },
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    },
    async call(given, call) {
      const parsed = argsSchema.safeParse(given);
      if (parsed.success) return run(parsed.data, call, config, env);
      const text = `Not run: the arguments do not fit.\n${z.prettifyError(parsed.error)}`;
      return { content: [{ type: "text", text }], isError: true };
    },
  };
}

async function run(args: z.output<typeof argsSchema>, call: HostedCall, config: Config, env: Env) {
  const { prompt, session, model = config.model, maxBudgetUsd = config.maxBudgetUsd } = args;
  const tell = progressTeller(call);
  const wanted: Config = {
    ...config,
    model,
    maxBudgetUsd,
    session: session === undefined ? config.session : { type: "byId", id: session },
  };
  try {
    await using composed = await compose(wanted, env);
    const { agent, fleet } = composed;
    using _ = fleet.subscribe((event) => {
      if (event.type === "toolStarted") tell(`${event.agent}: ${event.label}`);
    });
    const stop = () => {
      fleet.command("*", { type: "halt" });
      fleet.command("*", { type: "kill", call: "all" });
    };
    call.signal.addEventListener("abort", stop, { once: true });
    if (call.signal.aborted) return failed("The task was cancelled before it began.");
    const { content, error, costUsd, rounds, usage, sessionId } = await runFleet(fleet, agent, prompt, call.signal);
    call.signal.removeEventListener("abort", stop);
    const text = error ? [content, `It failed: ${error.message}`].filter((each) => each !== "").join("\n\n") : content;
    const inputTokens = usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
    const facts = { text, session: sessionId, costUsd, rounds, inputTokens, outputTokens: usage.output };
    return {
      content: [{ type: "text" as const, text: `${text}\n\n[session ${sessionId}, $${costUsd.toFixed(4)}]` }],
      structuredContent: facts,
      isError: error !== undefined,
    };
  } catch (error) {
    return failed(error instanceof SagentError && error.hint ? `${error.message} ${error.hint}` : messageOf(error));
  }
}

const failed = (text: string) => ({ content: [{ type: "text" as const, text }], isError: true });
