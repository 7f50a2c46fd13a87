/** `sagent model bench NAME`: how fast weights are here, through the same child process that a run uses. */
import { resolve } from "node:path";
import { LocalModelError } from "../agent/error.ts";
import type { Env } from "../providers/auth.ts";
import { type Figures, keepFigures } from "../providers/local/bench-notes.ts";
import { findRef } from "../providers/local/ref.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { signalCodes } from "./exit.ts";
import { note } from "./output.ts";
import { watchSignals } from "./signals.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { weightsHere } from "./weights-find.ts";
import { type Measured, measure } from "./weights-measure.ts";
import { rateText, shellWord, sizeText, timeText } from "./weights-text.ts";

export async function benchWeights(
  name: string,
  {
    weights: { runs },
    maxResponseTokens = 64,
    outputFormat,
  }: Pick<Config, "weights" | "maxResponseTokens" | "outputFormat">,
  env: Env,
): Promise<number> {
  const [weights, ...more] = await weightsHere(name);
  if (!weights) {
    throw new LocalModelError(`The weights of ${name} are not on this machine.`, {
      hint: `Fetch them first: sagent model pull ${shellWord(name)}`,
    });
  }
  if (more.length > 0) {
    const names = [weights, ...more].map((each) => each.name);
    throw new LocalModelError(`${name} means several files here.`, { hint: `Name one of: ${names.join(", ")}.` });
  }
  const ref = await findRef(name);
  const isOther = ref?.weights.type === "path" && resolve(ref.weights.path) !== weights.path;
  // The file's own name in the cache leads there only here.
  const asked = isOther ? weights.name : name;
  using stop = watchSignals();
  const abort = new AbortController();
  void stop.asked.then(() => abort.abort());
  const all: Measured[] = [];
  for (let run = 1; run <= runs; run++) {
    note(`run ${run} of ${runs}: ${name}`);
    const figures = await measure({ name: asked, answerTokens: maxResponseTokens, env, signal: abort.signal }).catch(
      (error: unknown) => {
        if (!stop.signal) throw error;
      },
    );
    if (!figures) {
      note("the bench was stopped; nothing was noted.");
      return signalCodes[stop.signal ?? "SIGINT"];
    }
    all.push(figures);
  }
  const middle = { ...medians(all), runs, measuredAt: Date.now() };
  await keepFigures(weights.path, weights.sizeBytes, middle);
  await writeOut(outputFormat === "text" ? printable(table(name, middle)) : lines(name, middle));
  return 0;
}

function medians([first, ...more]: readonly Measured[]): Measured {
  if (!first) throw new TypeError("No run was measured");
  const all = [first, ...more];
  const middle = (of: keyof Measured) => {
    const values = all.map((each) => each[of]).toSorted((a, b) => a - b);
    const half = values.length / 2;
    const pair = [values[Math.ceil(half) - 1] ?? 0, values[Math.floor(half)] ?? 0] as const;
    return (pair[0] + pair[1]) / 2;
  };
  return {
    loadMs: middle("loadMs"),
    promptTokens: middle("promptTokens"),
    promptTokensPerSecond: middle("promptTokensPerSecond"),
    answerTokens: middle("answerTokens"),
    answerTokensPerSecond: middle("answerTokensPerSecond"),
    firstMs: middle("firstMs"),
    reusedFirstMs: middle("reusedFirstMs"),
    reusedTokens: middle("reusedTokens"),
    memoryBytes: middle("memoryBytes"),
  };
}

function table(name: string, figures: Figures): string {
  const { runs, promptTokens, answerTokens, reusedTokens } = figures;
  const rows = [
    ["Load", timeText(figures.loadMs), "the process, and the weights into the memory"],
    ["Prompt", `${rateText(figures.promptTokensPerSecond)} tokens/s`, `${promptTokens} tokens, all of them new`],
    ["Answer", `${rateText(figures.answerTokensPerSecond)} tokens/s`, `${answerTokens} tokens`],
    ["First token", timeText(figures.firstMs), "behind that prompt"],
    ["First token again", timeText(figures.reusedFirstMs), `of the next answer, with ${reusedTokens} tokens reused`],
    ["Memory", figures.memoryBytes > 0 ? sizeText(figures.memoryBytes) : "not told", "of the process, at most"],
  ];
  const what = runs === 1 ? "one run" : `medians of ${runs} runs`;
  return `${name}: ${what}\n${columns(rows, [1])}\nThe figures are kept for sagent model list.\n`;
}

/** One line of JSON a metric. */
function lines(model: string, figures: Figures): string {
  const metrics: [string, number, string][] = [
    ["load", figures.loadMs, "ms"],
    ["prompt", figures.promptTokensPerSecond, "tokens/s"],
    ["answer", figures.answerTokensPerSecond, "tokens/s"],
    ["first", figures.firstMs, "ms"],
    ["firstReused", figures.reusedFirstMs, "ms"],
    ["memory", figures.memoryBytes, "bytes"],
    ["promptTokens", figures.promptTokens, "tokens"],
    ["answerTokens", figures.answerTokens, "tokens"],
    ["reusedTokens", figures.reusedTokens, "tokens"],
  ];
  const { runs } = figures;
  return metrics.map(([metric, value, unit]) => `${JSON.stringify({ model, metric, value, unit, runs })}\n`).join("");
}
