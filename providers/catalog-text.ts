/** What agents are told of the providers and models they may change to. */
import { listModels, providerNames, usableProviders } from "./registry.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A line a provider, or a line a model of one. Only what is allowed; all where nothing says so. */
export function catalogText(
  env: Env,
  allowed: readonly string[] | undefined,
  kind: "providers" | "models",
  provider: string,
): string {
  const usable = new Set(usableProviders(env));
  if (kind === "providers") {
    return providerNames()
      .filter((name) => !allowed || allowed.includes(name))
      .map((name) => `${name}: ${usable.has(name) ? "ready" : "no key or address is set"}`)
      .join("\n");
  }
  if (provider === "local" || provider === "openai-compat")
    return `${provider} takes any model it can reach; none is listed.`;
  return listModels(provider)
    .map(({ info, tags }) => {
      const price = info.prices.find((row) => row.tier === "auto" && row.above === 0);
      const cost = price ? `, $${price.input} in and $${price.output} out for a million tokens` : "";
      const efforts = info.efforts.length > 1 ? `, effort ${info.efforts.join("|")}` : "";
      return `${[info.id, ...tags.map((tag) => info.id + tag)].join(", ")}: window ${info.maxRequestTokens}${cost}${efforts}`;
    })
    .join("\n");
}
