/** `sagent model pull NAME`: fetches weights. */
import { AbortedError } from "../agent/error.ts";
import { pullWeights } from "../providers/local/pull-weights.ts";
import type { Config } from "./config.ts";
import { signalCodes } from "./exit.ts";
import { note } from "./output.ts";
import { pullProgress } from "./progress.ts";
import { watchSignals } from "./signals.ts";
import { writeOut } from "./stdio.ts";
import { checkName } from "./weights-find.ts";
import { shellWord } from "./weights-text.ts";

/** Without a name, those of the default model. */
export async function fetchWeights(name: string | undefined, config: Pick<Config, "outputFormat">): Promise<number> {
  if (name !== undefined) await checkName(name);
  using stop = watchSignals();
  const abort = new AbortController();
  void stop.asked.then(() => abort.abort());
  try {
    const path = await pullWeights(name, { onProgress: pullProgress(), signal: abort.signal });
    await writeOut(
      config.outputFormat === "text" ? `${path}\n` : `${JSON.stringify({ name: name ?? "default", path })}\n`,
    );
    note(
      name === undefined ? "use it with: sagent --provider local" : `use it with: sagent --model ${shellWord(name)}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof AbortedError) || stop.signal === undefined) throw error;
    const again = ["sagent model pull", ...(name === undefined ? [] : [shellWord(name)])].join(" ");
    note(`the download was stopped. What has come is kept, and ${again} goes on from there.`);
    return signalCodes[stop.signal];
  }
}
