/** The bill of one answer as OpenAI's wires tell it. */
import { noUsage, type Usage } from "../agent/message.ts";
import type { DraftPart, ModelInfo, ServiceTier } from "../agent/model.ts";

/** The vendor's prompt total holds its cached and written tokens; ours are disjoint. */
export function disjoint(told: { prompt: number; output: number; cached: number; written: number }): Usage {
  const { prompt, output, cached, written } = told;
  return {
    ...noUsage,
    input: Math.max(0, prompt - cached - written),
    output,
    cacheRead: cached,
    cacheWrite: written,
  };
}

/** For servers that tell no usage: the sizes of what was sent and what came, files left out. */
export function estimated(body: object, parts: readonly DraftPart[], info: ModelInfo): Usage {
  const sent = JSON.stringify(body, (_, value) =>
    typeof value === "string" && value.startsWith("data:") ? "" : value,
  );
  const tokens = (text: string) => Math.ceil(text.length / info.charsPerToken);
  return { ...noUsage, input: tokens(sent), output: tokens(JSON.stringify(parts)) };
}

const servedTiers: Readonly<Record<string, ServiceTier>> = {
  auto: "auto",
  default: "auto",
  scale: "auto",
  flex: "flex",
  priority: "priority",
  fast: "priority",
  ultrafast: "ultrafast",
};

/** The tier that the vendor says served the call; undefined, so the requested one, where the model has no such price. */
export function servedTier(told: unknown, info: ModelInfo): ServiceTier | undefined {
  const tier = typeof told === "string" ? servedTiers[told] : undefined;
  return tier !== undefined && info.tiers.includes(tier) ? tier : undefined;
}
