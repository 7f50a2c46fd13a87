/** The embedded model against llama.cpp driven directly through node-llama-cpp, in turns on the same weights. */
import { getLlama, type LlamaContextSequence, LlamaLogLevel, type Token } from "node-llama-cpp";
import type { Model, Provider } from "../../agent/model.ts";
import { createTemplate } from "../../providers/local/template.ts";
import { readVocabulary } from "../../providers/local/vocabulary.ts";
import { askModel, talk, testLocal, testModel } from "../support/local-model.ts";
import { median, printMetric } from "./metric.ts";

const runs = 7;
const answerTokens = 96;
const threads = 1;
const system = "You are a helpful assistant. ".repeat(12);
const question = "Tell me a long story about a ship.";

interface Timing {
  readonly firstMs: number;
  readonly tokensPerSecond: number;
  /** Of processor time of this process, where llama.cpp runs too: what other programs take does not count. */
  readonly tokensPerCpuSecond: number;
}

/** Rates over the tokens behind the first, and the time to that one. `steps` yields once for each token. */
async function time(steps: AsyncIterable<unknown>): Promise<Timing> {
  const startedAt = performance.now();
  let firstMs = 0;
  let tokens = 0;
  let before = process.cpuUsage();
  for await (const _ of steps) {
    tokens++;
    if (tokens === 1) {
      firstMs = performance.now() - startedAt;
      before = process.cpuUsage();
    }
    if (tokens === answerTokens) break;
  }
  const restMs = performance.now() - startedAt - firstMs;
  const { user, system: kernel } = process.cpuUsage(before);
  const perSecond = (ms: number) => ((tokens - 1) / ms) * 1000;
  return { firstMs, tokensPerSecond: perSecond(restMs), tokensPerCpuSecond: perSecond((user + kernel) / 1000) };
}

/** Text deltas of one answer. A fresh system text keeps the prompt from being there already. */
async function* throughProvider(model: Model, run: number) {
  const request = {
    system: `${run} ${system}`,
    messages: talk(model, question),
    tools: [],
    settings: { effort: "none", thinkingBudget: "none", thinkingOutput: "text", tier: "auto", cacheTtlSec: 0 },
    temperature: 0,
  } as const;
  for await (const chunk of model.stream(request, new AbortController().signal)) if (chunk.type === "text") yield chunk;
}

async function* directly(sequence: LlamaContextSequence, prompt: readonly Token[]) {
  await sequence.clearHistory();
  for await (const token of sequence.evaluate([...prompt], { temperature: 0, topK: 20, topP: 0.95 })) {
    yield sequence.model.detokenize([token]);
  }
}

async function measureSpeed(model: Model): Promise<void> {
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled, maxThreads: threads });
  const weights = await llama.loadModel({ modelPath: await testModel() });
  const sequence = (await weights.createContext({ contextSize: 1024, threads })).getSequence();
  const template = await createTemplate(readVocabulary(weights));
  const ours: Timing[] = [];
  const direct: Timing[] = [];
  for (let run = -1; run < runs; run++) {
    const { text } = template.render([
      { role: "system", content: `${run} ${system}` },
      { role: "user", content: question },
    ]);
    const theirs = await time(directly(sequence, weights.tokenize(text, true)));
    const mine = await time(throughProvider(model, run));
    if (run < 0) continue;
    direct.push(theirs);
    ours.push(mine);
  }
  await llama.dispose();
  report(ours, direct);
}

function report(ours: readonly Timing[], direct: readonly Timing[]): void {
  const middle = (timings: readonly Timing[], of: keyof Timing) => median(timings.map((timing) => timing[of]));
  const ratio = (of: keyof Timing) => median(ours.map((mine, run) => mine[of] / (direct[run]?.[of] ?? Number.NaN)));
  printMetric("local.speed", middle(ours, "tokensPerSecond"), "tokens/s", runs);
  printMetric("local.speed.direct", middle(direct, "tokensPerSecond"), "tokens/s", runs);
  printMetric("local.speed.ratio", ratio("tokensPerSecond"), "of direct", runs);
  printMetric("local.speed.cpu.ratio", ratio("tokensPerCpuSecond"), "of direct", runs);
  printMetric("local.first", middle(ours, "firstMs"), "ms", runs);
  printMetric("local.first.direct", middle(direct, "firstMs"), "ms", runs);
  const added = median(ours.map(({ firstMs }, run) => firstMs - (direct[run]?.firstMs ?? Number.NaN)));
  printMetric("local.first.added", added, "ms", runs);
}

/** What a second turn evaluates, beside what is new in it. */
async function measureSecondTurn(model: Model): Promise<void> {
  const first = await askModel(model, { system, messages: talk(model, "Name a colour.") });
  const second = await askModel(model, { system, messages: talk(model, "Name a colour.", first.text, "And a fruit?") });
  const fresh = 3 + model.estimateText("user\nAnd a fruit?") + 3 + model.estimateText("assistant\n");
  printMetric("local.turn2.evaluated", second.last.usage?.input ?? Number.NaN, "tokens", 1);
  printMetric("local.turn2.new", fresh, "tokens", 1);
}

const provider: Provider = await testLocal({ threads });
const model = await provider.model();
await measureSpeed(model);
await measureSecondTurn(model);
await provider.close();
