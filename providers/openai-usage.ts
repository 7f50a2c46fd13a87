/** The end of an answer on OpenAI's wires: its bill, its tier and its parts. */
import { noUsage, type StopReason, type Usage } from "../agent/message.ts";
import type { Chunk, DraftPart, ModelInfo, ServiceTier } from "../agent/model.ts";
import type { Call } from "./call.ts";
import { settleStop } from "./parts.ts";

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
function estimated(body: object, parts: readonly DraftPart[], info: ModelInfo): Usage {
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
function servedTier(told: unknown, info: ModelInfo): ServiceTier | undefined {
  const tier = typeof told === "string" ? servedTiers[told] : undefined;
  return tier !== undefined && info.tiers.includes(tier) ? tier : undefined;
}

interface Answered {
  readonly call: Call;
  readonly body: object;
  readonly info: ModelInfo;
}

/** The `done` of an answer that ended in order; `told` is the tier that the vendor says served it. */
export function doneChunk({ call, body, info }: Answered, stop: StopReason, told: string | undefined): Chunk {
  const parts = call.parts.all();
  const tier = servedTier(told, info);
  return {
    type: "done",
    parts,
    stopReason: settleStop(stop, parts),
    usage: call.usage ?? estimated(body, parts, info),
    ...(tier && { tier }),
    ...requestIdOf(call),
  };
}

function requestIdOf({ headers }: Call): { requestId?: string } {
  const requestId = headers?.get("x-request-id") ?? headers?.get("request-id");
  return requestId ? { requestId } : {};
}
