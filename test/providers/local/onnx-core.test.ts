import { expect, test } from "bun:test";
import { join } from "node:path";
import { PreTrainedTokenizer } from "@huggingface/transformers";
import { AbortedError } from "../../../agent/error.ts";
import { createGrammars } from "../../../providers/local/onnx/grammars.ts";
import type { Past, Runner } from "../../../providers/local/onnx/runner.ts";
import { createSampler } from "../../../providers/local/onnx/sampler.ts";
import { createSequence } from "../../../providers/local/onnx/sequence.ts";
import { createWeights } from "../../../providers/local/onnx/weights.ts";
import { createWords } from "../../../providers/local/onnx/words.ts";

const logits = Float32Array.of(1, 5, 3, 4, -Infinity);
const free = { temperature: 1, topK: 20, topP: 1, seed: 3 };
const draws = (sampling: Partial<typeof free>, bounds = {}) => {
  const choose = createSampler({ ...free, ...sampling });
  return new Set(Array.from({ length: 400 }, () => choose(logits, bounds)));
};

test("without temperature the likeliest token that is allowed is chosen", () => {
  const choose = createSampler({ ...free, temperature: 0 });
  expect(choose(logits)).toBe(1);
  expect(choose(logits, { banned: new Set([1]) })).toBe(3);
  expect(choose(logits, { mask: Int32Array.of(0b00101) })).toBe(2);
  expect(choose(logits, { mask: Int32Array.of(0) })).toBe(-1);
});

test("with it the likeliest few are, by the count and the share that were asked for, never one that cannot be", () => {
  expect(draws({ temperature: 3 })).toEqual(new Set([0, 1, 2, 3]));
  expect(draws({ temperature: 3, topK: 2 })).toEqual(new Set([1, 3]));
  expect(draws({ topP: 0.5 })).toEqual(new Set([1]));
  expect(draws({ temperature: 3 }, { mask: Int32Array.of(0b01100) })).toEqual(new Set([2, 3]));
});

test("a warm choice is as frequent as it is likely", () => {
  const choose = createSampler({ ...free, seed: 11 });
  const chosen = Array.from({ length: 4000 }, () => choose(Float32Array.of(0, Math.log(3))));
  expect(chosen.filter((token) => token === 1).length / 4000).toBeCloseTo(0.75, 1);
});

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const vocabulary = ["<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", ...bytes];

/** A tokenizer of the kind of SentencePiece: spaces are letters, and what has no letter is bytes. */
function sentencePiece() {
  const json = {
    added_tokens: [0, 1, 2].map((id) => ({ id, content: vocabulary[id] ?? "", special: true })),
    normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      unk_token: "<unk>",
      byte_fallback: true,
      vocab: Object.fromEntries(vocabulary.map((text, id) => [text, id])),
      merges: ["▁ a"],
    },
  };
  const config = { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" };
  return createWords(PreTrainedTokenizer, { json, config, template: undefined, ends: [2], scored: 264 });
}

test("a tokenizer of letters and bytes: spaces stay between tokens, control tokens stay words, both ends are known", () => {
  const words = sentencePiece();
  expect(words.encoding).toBe("byte_fallback");
  expect([...words.ends]).toEqual([2]);
  const tokens = words.tokenize("b ab");
  expect(words.detokenize(tokens.slice(1), true, tokens.slice(0, 1))).toBe(" ab");
  expect(words.tokenizeOwn("</s>")).toEqual([2]);
  expect(words.tokenize("</s>")).not.toContain(2);
  expect(words.texts.slice(0, 4)).toEqual(["", "", "", "▁"]);
  expect(words.texts).toHaveLength(264);
});

test("a grammar lets through what it says, token by token, and its end only where it may end", async () => {
  const words = sentencePiece();
  using grammars = createGrammars(words);
  using matcher = await grammars.start('root ::= "a" "b"+');
  if (!matcher) throw new Error("no matcher");
  const allowed = async () => {
    const mask = await matcher.allowed();
    return vocabulary.flatMap((_, id) => (((mask[id >> 5] ?? 0) >> (id & 31)) & 1 ? [id] : []));
  };
  const byteOf = (letter: string) => 7 + letter.charCodeAt(0);
  expect(await allowed()).toEqual([4, byteOf("a")]);
  expect(matcher.take(4)).toBe(true);
  expect(await allowed()).toEqual([5, byteOf("b")]);
  expect(matcher.take(5)).toBe(true);
  expect(await allowed()).toEqual([2, 5, byteOf("b")]);
  expect(matcher.take(2)).toBe(false);
});

/** Counts what is evaluated; its state can be cut or not. */
function countingRunner(cuts: boolean) {
  const runs: number[][] = [];
  const runner: Runner = {
    async run(tokens, past, length) {
      if (tokens.includes(99)) throw new Error("out of memory");
      runs.push([length, ...tokens]);
      return { logits: new Float32Array(1), past };
    },
    cut: async (past: Past) => (cuts ? past : undefined),
    free() {},
  };
  return { runs, runner };
}

const never = new AbortController().signal;

test("a sequence evaluates what is new, goes back where it can, and begins anew where it cannot", async () => {
  for (const cuts of [true, false]) {
    const { runs, runner } = countingRunner(cuts);
    const sequence = createSequence(createWeights(async () => ({ runner, dispose: async () => {} })));
    await sequence.evaluate([1, 2, 3], never);
    await sequence.evaluate([1, 2, 3, 4], never);
    expect(await sequence.keep([1, 2, 7])).toBe(cuts ? 2 : 0);
    await sequence.evaluate([1, 2, 7], never);
    expect(runs).toEqual([[0, 1, 2, 3], [3, 4], cuts ? [2, 7] : [0, 1, 2, 7]]);
    expect(sequence.held).toEqual([1, 2, 7]);
  }
});

test("after a step that failed or an abort the sequence holds only what it says", async () => {
  const { runs, runner } = countingRunner(true);
  const sequence = createSequence(createWeights(async () => ({ runner, dispose: async () => {} })));
  await sequence.evaluate([1, 2], never);
  expect(await sequence.evaluate([1, 2, 99], never).catch(String)).toContain("out of memory");
  expect(sequence.held).toEqual([]);
  expect(await sequence.evaluate([1, 2], AbortSignal.abort()).catch((error: unknown) => error)).toBeInstanceOf(
    AbortedError,
  );
  await sequence.evaluate([1, 2], never);
  expect(runs).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ]);
});

test("the core asks nothing of Node, so that it can run in a browser", async () => {
  const folder = join(import.meta.dir, "../../../providers/local/onnx");
  const entrypoints = ["model", "words", "runner", "weights", "grammars"].map((name) => join(folder, `${name}.ts`));
  const { outputs, success } = await Bun.build({ entrypoints, target: "browser", packages: "external" });
  expect(success).toBe(true);
  const transpiler = new Bun.Transpiler({ loader: "js" });
  const imports = await Promise.all(outputs.map(async (output) => transpiler.scanImports(await output.text())));
  const packages = new Set(imports.flat().map(({ path }) => path));
  expect([...packages].toSorted()).toEqual(["@huggingface/jinja", "@mlc-ai/web-xgrammar"]);
});
