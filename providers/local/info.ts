/** What a model in the process says of itself. */
import type { ModelInfo } from "../../agent/model.ts";
import type { ChatTemplate } from "./template.ts";

/** `window` is that of prompt and answer together, in tokens. */
export function localInfo(window: number, id: string, template: ChatTemplate): ModelInfo {
  return {
    provider: "local",
    id,
    wireId: id,
    maxRequestTokens: window - Math.floor(window / 16),
    maxResponseTokens: Math.floor(window / 4),
    maxRequestBytes: 0,
    images: false,
    efforts: template.thinkingSwitch ? ["none", "medium"] : ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
    tiers: ["auto"],
    cacheTtlSec: [0],
    prices: [{ tier: "auto", above: 0, input: 0, output: 0, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 }],
    charsPerToken: 4,
    structured: true,
  };
}
