/** What it costs to run the embedded model in a child process: the same answers by turns in the child and in this process. */
import { readFileSync } from "node:fs";
import type { Model, Provider } from "../../agent/model.ts";
import { createLocalProvider } from "../../providers/local/local.ts";
import { talk, testModel } from "../support/local-model.ts";
import { median, printMetric } from "./metric.ts";

const runs = 15;
const starts = 5;
const answerTokens = 96;
const options = { threads: 1, contextSize: 1024, seed: 1, device: "cpu" } as const;
const settings = {
  effort: "none",
  thinkingBudget: "none",
  thinkingOutput: "text",
  tier: "auto",
  cacheTtlSec: 0,
} as const;

interface Timing {
  readonly firstMs: number;
  readonly tokensPerSecond: number;
  /** Of processor time of this process and its children: what other programs take does not count. */
  readonly tokensPerCpuSecond: number;
}

/** Of this process and of its children, in ms; Linux counts those of children in hundredths of a second. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").split(" ").filter(Boolean);
  const ticks = children.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return (user + system) / 1000 + ticks.reduce((sum, each) => sum + each, 0) * 10;
}

/** Rates over the tokens behind the first, and the time to that one. A fresh system text keeps the prompt from being there. */
async function time(model: Model, run: number): Promise<Timing> {
  const system = `${run} ${"You are a helpful assistant. ".repeat(12)}`;
  const messages = talk(model, "Tell me a long story about a ship.");
  const request = { system, messages, tools: [], settings, temperature: 0, maxOutputTokens: answerTokens };
  const startedAt = performance.now();
  let [firstMs, tokens, cpuBefore] = [0, 0, 0];
  for await (const chunk of model.stream(request, new AbortController().signal)) {
    if (chunk.type !== "text" || ++tokens > 1) continue;
    firstMs = performance.now() - startedAt;
    cpuBefore = cpuMs();
  }
  const perSecond = (ms: number) => ((tokens - 1) / ms) * 1000;
  const restMs = performance.now() - startedAt - firstMs;
  return { firstMs, tokensPerSecond: perSecond(restMs), tokensPerCpuSecond: perSecond(cpuMs() - cpuBefore) };
}

const create = async (isolate: boolean): Promise<Provider> =>
  createLocalProvider({ ...options, isolate, model: await testModel() }, process.env);

async function measureStreaming(): Promise<void> {
  await using childs = await create(true);
  await using own = await create(false);
  const [isolated, inProcess] = [await childs.model(), await own.model()];
  const pairs: (readonly [Timing, Timing])[] = [];
  for (let run = -1; run < runs; run++) {
    // Who goes first changes, so that neither has the cooler processor.
    const first = await time(run % 2 ? isolated : inProcess, run);
    const second = await time(run % 2 ? inProcess : isolated, run);
    if (run >= 0) pairs.push(run % 2 ? [first, second] : [second, first]);
  }
  const middle = (of: (pair: readonly [Timing, Timing]) => number) => median(pairs.map(of));
  printMetric(
    "local.child.speed",
    middle(([child]) => child.tokensPerSecond),
    "tokens/s",
    runs,
  );
  printMetric(
    "local.child.speed.process",
    middle(([, here]) => here.tokensPerSecond),
    "tokens/s",
    runs,
  );
  const ratio = middle(([child, here]) => child.tokensPerSecond / here.tokensPerSecond);
  printMetric("local.child.speed.ratio", ratio, "of in process", runs);
  const cpuRatio = middle(([child, here]) => child.tokensPerCpuSecond / here.tokensPerCpuSecond);
  printMetric("local.child.speed.cpu.ratio", cpuRatio, "of in process", runs);
  printMetric(
    "local.child.first",
    middle(([child]) => child.firstMs),
    "ms",
    runs,
  );
  printMetric(
    "local.child.first.added",
    middle(([child, here]) => child.firstMs - here.firstMs),
    "ms",
    runs,
  );
}

/** From nothing to the first token of a first call. */
async function startMs(isolate: boolean): Promise<number> {
  const startedAt = performance.now();
  await using provider = await create(isolate);
  const model = await provider.model();
  const modelMs = performance.now() - startedAt;
  return modelMs + (await time(model, 0)).firstMs;
}

/** The same in a process of its own, as what a process has loaded once it has loaded for good. */
function coldStartMs(place: "child" | "here"): number {
  const { stdout } = Bun.spawnSync([process.execPath, import.meta.path, place], { stderr: "inherit" });
  return Number(stdout.toString());
}

function measureStart(): void {
  const [isolated, inProcess]: [number[], number[]] = [[], []];
  for (let start = 0; start < starts; start++) {
    isolated.push(coldStartMs("child"));
    inProcess.push(coldStartMs("here"));
  }
  printMetric("local.child.start", median(isolated), "ms", starts);
  printMetric("local.child.start.added", median(isolated) - median(inProcess), "ms", starts);
}

const [place] = process.argv.slice(2);
if (place === undefined) {
  await measureStreaming();
  measureStart();
} else {
  process.stdout.write(String(await startMs(place === "child")));
}
