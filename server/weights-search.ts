/** `sagent model search WORDS`: what the hub has. */
import { searchHub } from "../providers/local/search.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { countText, writeObjects } from "./weights-text.ts";

export async function searchWeights(
  words: readonly string[],
  { weights: { onnx, limit }, outputFormat }: Pick<Config, "weights" | "outputFormat">,
): Promise<number> {
  const engine = onnx ? "onnx" : "llama";
  const prefix = onnx ? "onnx:hf:" : "hf:";
  const models = (await searchHub({ words, engine, limit })).map((model) => ({ name: prefix + model.repo, ...model }));
  if (outputFormat !== "text") {
    await writeObjects(models, outputFormat);
    return 0;
  }
  if (models.length === 0) {
    await writeOut(printable(`The hub has no ${onnx ? "ONNX" : "GGUF"} model for: ${words.join(" ")}\n`));
    return 0;
  }
  const rows = models.map(({ name, downloads, likes, updatedAt, license, gated }) => [
    name,
    countText(downloads),
    String(likes),
    updatedAt.slice(0, 10),
    license,
    gated ? "yes" : "",
  ]);
  const head = ["NAME", "DOWNLOADS", "LIKES", "UPDATED", "LICENCE", "GATED"];
  const next = "sagent model info NAME shows the files of one, and which fits here.";
  await writeOut(printable(`${columns([head, ...rows], [1, 2])}\n${next}\n`));
  return 0;
}
