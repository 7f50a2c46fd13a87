/** The tokenizer of an ONNX model, from its `tokenizer.json`. Runs in a browser too. */
import type { PreTrainedTokenizer } from "@huggingface/transformers";
import type { Tokenizer, Vocabulary } from "../template.ts";

/** The parts of `tokenizer.json` that are read here. Format: Hugging Face `tokenizers`. */
export interface TokenizerJson {
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
  readonly decoder?: { readonly type?: string; readonly decoders?: readonly { readonly type?: string }[] } | null;
  readonly model: { readonly byte_fallback?: boolean };
}

/** Likewise of `tokenizer_config.json`. */
export interface TokenizerConfig {
  readonly [name: string]: unknown;
  readonly chat_template?: string | readonly { readonly name: string; readonly template: string }[];
}

export interface WordsOptions {
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
  /** The file `chat_template.jinja`, where there is one; it goes before the template in the configuration. */
  readonly template: string | undefined;
  /** What the model's configurations name as the ends of an answer. */
  readonly ends: readonly number[];
  /** How many tokens the model scores; the tokenizer may know fewer. */
  readonly scored: number;
}

export interface Words extends Tokenizer<number> {
  readonly vocabulary: Vocabulary;
  /** Tokens that end an answer. */
  readonly ends: ReadonlySet<number>;
  /** Tokens by their number as the vocabulary has them; control tokens are empty. */
  readonly texts: readonly string[];
  /** How bytes stand in `texts`, by the words of xgrammar. */
  readonly encoding: "byte_level" | "byte_fallback" | "raw";
  /** Of our own words: control tokens are meant where they are written out. */
  tokenizeOwn(text: string): number[];
  detokenize(tokens: readonly number[], special: true, before?: readonly number[]): string;
}

/** Texts of tokens that end a turn in one family or another, told as control tokens. */
const endTexts = [
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|end|>",
  "<end_of_turn>",
  "<turn|>",
  "<|endoftext|>",
  "<eos>",
  "</s>",
];

/** `Class` is `PreTrainedTokenizer` of transformers.js, which is loaded only when it is needed. */
export function createWords(Class: typeof PreTrainedTokenizer, options: WordsOptions): Words {
  const { json, config, template } = options;
  const added = json.added_tokens ?? [];
  const whole = new Class(json, config);
  const plain = new Class({ ...json, added_tokens: added.filter(({ special }) => !special) }, config);
  const controls = new Map(added.filter(({ special }) => special).map(({ content, id }) => [content, id]));
  const controlIds = new Set(controls.values());
  const decode = (tokens: readonly number[]) =>
    tokens.length ? whole.decode([...tokens], { skip_special_tokens: false, clean_up_tokenization_spaces: false }) : "";
  const encode = (by: PreTrainedTokenizer, text: string) => by.encode(text, { add_special_tokens: false });
  return {
    vocabulary: {
      template: template ?? templateOf(config),
      controls,
      bos: whole.bos_token ?? "",
      eos: whole.eos_token ?? "",
      startsWithBos: whole.bos_token_id !== undefined && whole.encode("a")[0] === whole.bos_token_id,
    },
    ends: new Set([...options.ends, ...endTexts.flatMap((text) => controls.get(text) ?? [])]),
    texts: textsOf(whole, controlIds, options.scored),
    encoding: encodingOf(json),
    tokenize: (text) => encode(plain, text),
    tokenizeOwn: (text) => encode(whole, text),
    detokenize(tokens, _special, before = []) {
      const head = decode(before);
      const all = decode([...before, ...tokens]);
      return all.startsWith(head) ? all.slice(head.length) : decode(tokens);
    },
    isSpecialToken: (token) => token !== undefined && controlIds.has(token),
  };
}

/** The chat template that the configuration has; of several, that for tools. */
export function templateOf({ chat_template: given }: TokenizerConfig): string | undefined {
  if (given === undefined || typeof given === "string") return given;
  return (given.find(({ name }) => name === "tool_use") ?? given.find(({ name }) => name === "default"))?.template;
}

function textsOf(tokenizer: PreTrainedTokenizer, controls: ReadonlySet<number>, scored: number): string[] {
  const texts: string[] = new Array(scored).fill("");
  for (const [text, id] of tokenizer.get_vocab()) if (id < scored && !controls.has(id)) texts[id] = text;
  return texts;
}

function encodingOf({ decoder, model }: TokenizerJson): Words["encoding"] {
  const steps = [decoder, ...(decoder?.decoders ?? [])].map((step) => step?.type);
  if (steps.includes("ByteLevel")) return "byte_level";
  return model.byte_fallback || steps.includes("ByteFallback") ? "byte_fallback" : "raw";
}
