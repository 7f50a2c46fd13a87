/** ONNX models in this process against transformers.js driven directly, in turns on the same weights. */
import { AutoModelForCausalLM, AutoTokenizer, TextStreamer } from "@huggingface/transformers";
import { lowestSettings, type Model } from "../../agent/model.ts";
import { askModel, talk } from "../support/local-model.ts";
import { testOnnx, testOnnxFolder } from "../support/onnx-model.ts";
import { median, printMetric } from "./metric.ts";

const runs = 7;
const answerTokens = 64;
const system = "You are a helpful assistant. ".repeat(12);
const question = "Tell me a long story about a ship.";

interface Timing {
  readonly firstMs: number;
  /** Of those behind the first. */
  readonly tokensPerSecond: number;
}

/** A watch that is told of each token. */
function watch() {
  const startedAt = performance.now();
  let [firstMs, lastMs, tokens] = [0, 0, 0];
  return {
    token() {
      lastMs = performance.now() - startedAt;
      if (++tokens === 1) firstMs = lastMs;
    },
    read: (): Timing => ({ firstMs, tokensPerSecond: ((tokens - 1) / (lastMs - firstMs)) * 1000 }),
  };
}

/** A fresh system text keeps the prompt from being there already. */
async function ours(model: Model, run: number): Promise<Timing> {
  const request = {
    system: `${run} ${system}`,
    messages: talk(model, question),
    tools: [],
    settings: lowestSettings(model.info),
    temperature: 0,
    maxOutputTokens: answerTokens,
  };
  const timing = watch();
  for await (const chunk of model.stream(request, new AbortController().signal)) {
    if (chunk.type === "text") timing.token();
  }
  return timing.read();
}

async function loadDirectly() {
  const folder = await testOnnxFolder();
  const session_options = { intraOpNumThreads: 1 };
  const model = await AutoModelForCausalLM.from_pretrained(folder, {
    local_files_only: true,
    dtype: "q4",
    session_options,
  });
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  return {
    async time(run: number): Promise<Timing> {
      const turns = [
        { role: "system", content: `${run} ${system}` },
        { role: "user", content: question },
      ];
      const timing = watch();
      const inputs = tokenizer.apply_chat_template(turns, { add_generation_prompt: true, return_dict: true });
      const streamer = new TextStreamer(tokenizer, {
        skip_prompt: true,
        callback_function: () => {},
        token_callback_function: () => timing.token(),
      });
      const wanted = { max_new_tokens: answerTokens, do_sample: false, streamer };
      await model.generate({ ...(typeof inputs === "object" ? inputs : {}), ...wanted });
      return timing.read();
    },
    dispose: () => model.dispose(),
  };
}

async function measureSpeed(model: Model): Promise<void> {
  const direct = await loadDirectly();
  const pairs: (readonly [Timing, Timing])[] = [];
  for (let run = -1; run < runs; run++) {
    const theirs = await direct.time(run);
    const mine = await ours(model, run);
    if (run >= 0) pairs.push([mine, theirs]);
  }
  await direct.dispose();
  const print = (name: string, unit: string, of: (pair: readonly [Timing, Timing]) => number) =>
    printMetric(`local.onnx.${name}`, median(pairs.map(of)), unit, runs);
  print("speed", "tokens/s", ([mine]) => mine.tokensPerSecond);
  print("speed.direct", "tokens/s", ([, theirs]) => theirs.tokensPerSecond);
  print("speed.ratio", "of direct", ([mine, theirs]) => mine.tokensPerSecond / theirs.tokensPerSecond);
  print("first", "ms", ([mine]) => mine.firstMs);
  print("first.direct", "ms", ([, theirs]) => theirs.firstMs);
  print("first.added", "ms", ([mine, theirs]) => mine.firstMs - theirs.firstMs);
}

/** What a second turn evaluates, beside what is new in it. */
async function measureSecondTurn(model: Model): Promise<void> {
  const first = await askModel(model, { system, messages: talk(model, "Name a colour.") });
  const second = await askModel(model, { system, messages: talk(model, "Name a colour.", first.text, "And a fruit?") });
  const fresh = 3 + model.estimateText("user\nAnd a fruit?") + 3 + model.estimateText("assistant\n");
  printMetric("local.onnx.turn2.evaluated", second.last.usage?.input ?? Number.NaN, "tokens", 1);
  printMetric("local.onnx.turn2.new", fresh, "tokens", 1);
}

await using provider = await testOnnx();
const model = await provider.model();
await measureSpeed(model);
await measureSecondTurn(model);
