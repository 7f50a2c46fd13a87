/** What the folder of an ONNX model says of it. */
import { type Facts, usualWindow } from "../facts.ts";
import { createTemplate } from "../template.ts";
import { chooseType, readFolder, sizeOfType } from "./files.ts";
import { needFor } from "./memory.ts";
import { templateOf } from "./words.ts";

/** Of the type that would run on the processor. Throws `LocalModelError`. */
export async function readFacts(path: string): Promise<Facts> {
  const folder = await readFolder(path);
  const { config } = folder;
  const type = chooseType(path, folder.types, undefined, false);
  const weightsBytes = await sizeOfType(path, type);
  const source = folder.template ?? templateOf(folder.tokenizerConfig);
  const { tools, thinkingSwitch } = await createTemplate({
    template: source,
    controls: new Map(),
    bos: "",
    eos: "",
    startsWithBos: false,
  });
  const bytes = async (window: number) => needFor({ weightsBytes, config, window });
  const trained = config.max_position_embeddings;
  return {
    architecture: config.model_type ?? "",
    quant: type,
    ...(trained === undefined ? {} : { trainedWindow: trained }),
    vocabulary: config.vocab_size,
    template: source !== undefined,
    tools: tools ? "native" : "guided",
    thinking: thinkingSwitch,
    window: Math.min(usualWindow, trained ?? usualWindow),
    roughBytes: bytes,
    bytes,
  };
}
