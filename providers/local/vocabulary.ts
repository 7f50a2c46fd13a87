/** What chat templates need to know of weights that llama.cpp has loaded. */
import type { LlamaModel } from "node-llama-cpp";
import type { Vocabulary } from "./template.ts";

/** `LLAMA_TOKEN_TYPE_CONTROL` of llama.cpp. */
const controlType = 3;

export function readVocabulary({ tokens, fileInfo }: LlamaModel): Vocabulary {
  const { tokenizer } = fileInfo.metadata;
  const types = tokenizer?.ggml?.token_type ?? [];
  const texts = tokenizer?.ggml?.tokens ?? [];
  const controls = new Map<string, number>();
  texts.forEach((text, index) => {
    if (text && Number(types[index]) === controlType) controls.set(text, index);
  });
  const { bos, bosString, eosString, shouldPrependBosToken } = tokens;
  if (bos !== null && bosString) controls.set(bosString, bos);
  return {
    template: tokenizer?.chat_template,
    controls,
    bos: bosString ?? "",
    eos: eosString ?? "",
    startsWithBos: shouldPrependBosToken,
  };
}
