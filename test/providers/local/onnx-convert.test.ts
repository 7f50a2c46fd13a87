import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { AutoModelForCausalLM, AutoTokenizer, type PreTrainedModel, Tensor } from "@huggingface/transformers";
import { getLlama, type LlamaContextSequence, type LlamaModel, type Token } from "node-llama-cpp";
import { createTemplate } from "../../../providers/local/template.ts";
import { readVocabulary } from "../../../providers/local/vocabulary.ts";
import { testModel } from "../../support/local-model.ts";
import { testOnnxFolder } from "../../support/onnx-model.ts";

/** Both engines on the same weights: llama.cpp is the reference. */
let folder: string;
let onnx: PreTrainedModel;
let llama: LlamaModel;
let sequence: LlamaContextSequence;

beforeAll(async () => {
  folder = await testOnnxFolder();
  const session_options = { intraOpNumThreads: 1 };
  onnx = await AutoModelForCausalLM.from_pretrained(folder, { local_files_only: true, dtype: "q4", session_options });
  const runtime = await getLlama({ gpu: false, build: "never", progressLogs: false, maxThreads: 1 });
  llama = await runtime.loadModel({ modelPath: await testModel() });
  sequence = (await llama.createContext({ contextSize: 512, threads: 1 })).getSequence();
});

afterAll(async () => {
  await onnx.dispose();
  await llama.llama.dispose();
});

const prose =
  "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\nThe capital of France is Paris. It lies " +
  "on the river Seine, and it has been the centre of the country's trade, art and science for many centuries.<|im_end|>\n";

/** Each engine's likeliest next token behind every token. */
async function likeliest(tokens: readonly Token[]) {
  const wanted = tokens.map((token): [Token, { generateNext: { token: true } }] => [
    token,
    { generateNext: { token: true } },
  ]);
  const theirs = (await sequence.controlledEvaluate(wanted)).map((each) => each?.next.token);
  const dims = [1, tokens.length];
  const { logits } = await onnx.forward({
    input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), dims),
    attention_mask: new Tensor("int64", new BigInt64Array(tokens.length).fill(1n), dims),
  });
  const width = logits.dims[2];
  const ours = tokens.map((_, at) => {
    const scores: Float32Array = logits.data.subarray(at * width, (at + 1) * width);
    return scores.indexOf(scores.reduce((one, other) => Math.max(one, other)));
  });
  return { theirs, ours };
}

test("the converted model expects the same words as llama.cpp does, but for a few that are nearly as likely", async () => {
  const { theirs, ours } = await likeliest(llama.tokenize(prose, true));
  const same = ours.filter((token, at) => token === theirs[at]).length;
  expect(ours.length).toBeGreaterThan(50);
  // llama.cpp rounds activations in another way.
  expect(same / ours.length).toBeGreaterThanOrEqual(0.92);
});

test("its tokenizer cuts texts as llama.cpp does", async () => {
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const texts = [
    "Hello, world! It's 2024; we've 10,000 things.",
    "  leading\n\n\ttabs   and  spaces \n",
    "naïve café — 日本語 🙂🙃 Ω≈ç√",
    "const x = { a: [1, 2], b: 'c\\n' };\n// done\n",
    "don't DON'T I'll we're x² ½ ٣",
  ];
  for (const text of texts) {
    expect(tokenizer.encode(text, { add_special_tokens: false })).toEqual([...llama.tokenize(text)]);
  }
});

test("its template renders as the reference does, and as ours does from the same metadata", async () => {
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const turns = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hi <b>" },
    { role: "assistant", content: "Hello." },
    { role: "user", content: "And 2 + 2?" },
  ] as const;
  const reference = tokenizer.apply_chat_template([...turns], { add_generation_prompt: true, tokenize: false });
  const template = await createTemplate(readVocabulary(llama));
  expect(template.render(turns).text).toBe(String(reference));
});

test("the conversion has all files that transformers.js looks for", async () => {
  for (const file of [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "onnx/model_q4.onnx",
  ]) {
    expect(await Bun.file(join(folder, file)).exists()).toBe(true);
  }
});
