/** The tokenizer of a GGUF file as the Hugging Face libraries write it. */

export interface GgufTokenizer {
  readonly tokens: readonly string[];
  readonly merges: readonly string[];
  /** `LLAMA_TOKEN_TYPE_*` of llama.cpp. */
  readonly types: readonly number[];
  readonly bos: number;
  readonly eos: number;
  readonly template: string;
}

const controlType = 3;

/** `tokenizer.json` of a byte-level BPE whose text is cut as llama.cpp does for `smollm`: digits one by one, then as GPT-2. */
export function tokenizerJson({ tokens, merges, types }: GgufTokenizer): object {
  const special = tokens.flatMap((content, id) => (Number(types[id]) === controlType ? [{ id, content }] : []));
  // `Digits` would do, but transformers.js takes it for those of ASCII.
  const digits = { type: "Split", pattern: { Regex: "\\p{N}" }, behavior: "Isolated", invert: false };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map(({ id, content }) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [digits, byteLevel] },
    post_processor: null,
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: tokens[0],
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

export function tokenizerConfig({ tokens, bos, eos, template }: GgufTokenizer): object {
  return {
    add_prefix_space: false,
    bos_token: tokens[bos],
    eos_token: tokens[eos],
    pad_token: tokens[eos],
    unk_token: tokens[0],
    chat_template: template,
    clean_up_tokenization_spaces: false,
    model_max_length: 8192,
    tokenizer_class: "GPT2Tokenizer",
  };
}
