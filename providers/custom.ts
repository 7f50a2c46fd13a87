/** Models behind an OpenAI-compatible server: what they are like is what the user says, else what can be known. */
import { ConfigError } from "../agent/error.ts";
import type { ModelInfo } from "../agent/model.ts";
import { knownByWireId } from "./catalog.ts";
import type { ChatFacts } from "./compat-quirks.ts";

type CustomInfo = Partial<Omit<ModelInfo, "provider" | "id">>;

/**
 * What a model that is in no catalogue is like: `ModelInfo` says what each field means, and `ChatFacts` how the server wants
 * to be spoken to. Plain data, so that it can come from a file.
 */
export interface CustomModel extends CustomInfo, ChatFacts {}

const defaultWindow = 128_000;
const defaultAnswer = 16_384;

/**
 * A model by the server's own name for it. Where the catalogue has that very wire id, its sizes are the defaults, never
 * its prices: another server bills differently. Otherwise a window of 128,000 tokens, answers of at most 16,384, text
 * only, and no price. Throws `ConfigError` without a name.
 */
export function customModel(id: string | undefined, custom: CustomModel = {}): ModelInfo {
  if (!id) {
    throw new ConfigError("An OpenAI-compatible server needs the name of a model.", {
      hint: "Pass --model NAME; the server lists its models at /models under its base URL.",
    });
  }
  const { outputCapParam: _, reasoningField: __, headers: ___, extraBody: ____, ...said } = custom;
  const known = knownByWireId(custom.wireId ?? id);
  const maxRequestTokens = custom.maxRequestTokens ?? known?.maxRequestTokens ?? defaultWindow;
  const longest = known?.maxResponseTokens ?? defaultAnswer;
  return {
    provider: "openai-compat",
    id,
    wireId: id,
    maxRequestTokens,
    maxResponseTokens: Math.min(longest, Math.ceil(maxRequestTokens / 2)),
    maxRequestBytes: 0,
    images: known?.images ?? false,
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["none"],
    tiers: tiersOf(custom),
    cacheTtlSec: [0],
    prices: [],
    charsPerToken: known?.charsPerToken ?? 4,
    ...said,
  };
}

/** A tier is offered exactly when it has a price; `auto` always is. */
function tiersOf({ prices = [] }: CustomModel): ModelInfo["tiers"] {
  return [...new Set(["auto" as const, ...prices.map(({ tier }) => tier)])];
}
