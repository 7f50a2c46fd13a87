/**
 * Eight agents on one set of weights against eight loads of them, each way in a process of its own, by turns: memory, and
 * tokens over all in a second of processor time, for that is what they share. And one model over 200 turns: does its
 * memory grow.
 */
import { z } from "zod";
import { createLocal } from "../../providers/local/llama.ts";
import { askModel, talk, testModel } from "../support/local-model.ts";
import { median, printMetric } from "./metric.ts";

const agents = 8;
const runs = 3;
const answerTokens = 48;
const turns = 200;
const options = { threads: 1, contextSize: 1024, seed: 1, device: "cpu" } as const;

const outcome = z.object({ tokensPerSecond: z.number(), memoryBytes: z.number() });
type Outcome = z.infer<typeof outcome>;

/** What the whole process holds of its own and of files, the mapped weights included. */
async function answerAtOnce(loads: number): Promise<Outcome> {
  const emptyBytes = process.memoryUsage.rss();
  const path = await testModel();
  const providers = Array.from({ length: loads }, () => createLocal({ ...options, model: path }));
  const models = await Promise.all(
    Array.from({ length: agents }, (_, index) => providers[index % loads]?.model() ?? Promise.reject()),
  );
  const ask = async (index: number, maxOutputTokens: number) => {
    const model = models[index];
    if (!model) throw new Error("there is a model for each");
    const text = `Tell me a long story about ship number ${index}.`;
    const { last } = await askModel(model, { messages: talk(model, text), maxOutputTokens });
    return last.usage?.output ?? 0;
  };
  // Prompts are evaluated first, so that what is timed is answers alone.
  await Promise.all(models.map((_, index) => ask(index, 1)));
  const before = process.cpuUsage();
  const tokens = await Promise.all(models.map((_, index) => ask(index, answerTokens)));
  const { user, system } = process.cpuUsage(before);
  const memoryBytes = process.memoryUsage.rss() - emptyBytes;
  await Promise.all(providers.map((provider) => provider.close()));
  return { tokensPerSecond: (tokens.reduce((sum, count) => sum + count, 0) / (user + system)) * 1e6, memoryBytes };
}

/** RSS behind the first and the last tenth of a conversation's turns. */
async function growth(): Promise<number> {
  await using provider = createLocal({ ...options, model: await testModel() });
  const model = await provider.model();
  const sizes: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    await askModel(model, { messages: talk(model, `Say the number ${turn}.`), maxOutputTokens: 4 });
    if (turn % 10 === 9) Bun.gc(true);
    sizes.push(process.memoryUsage.rss());
  }
  const tenth = turns / 10;
  return median(sizes.slice(-tenth)) - median(sizes.slice(tenth, 2 * tenth));
}

async function inChild(loads: number): Promise<Outcome> {
  const child = Bun.spawn([process.execPath, import.meta.path, String(loads)], { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  await child.exited;
  return outcome.parse(JSON.parse(text));
}

async function compare(): Promise<void> {
  const shared: Outcome[] = [];
  const apart: Outcome[] = [];
  for (let run = 0; run < runs; run++) {
    shared.push(await inChild(1));
    apart.push(await inChild(agents));
  }
  const middle = (outcomes: readonly Outcome[], of: keyof Outcome) => median(outcomes.map((each) => each[of]));
  const ratio = (of: keyof Outcome) => median(shared.map((one, run) => one[of] / (apart[run]?.[of] ?? Number.NaN)));
  printMetric("local.fleet.speed.cpu", middle(shared, "tokensPerSecond"), "tokens/cpu s", runs);
  printMetric("local.fleet.speed.cpu.apart", middle(apart, "tokensPerSecond"), "tokens/cpu s", runs);
  printMetric("local.fleet.speed.cpu.ratio", ratio("tokensPerSecond"), "of eight loads", runs);
  printMetric("local.fleet.memory", middle(shared, "memoryBytes") / 1e6, "MB", runs);
  printMetric("local.fleet.memory.apart", middle(apart, "memoryBytes") / 1e6, "MB", runs);
  printMetric("local.fleet.memory.ratio", ratio("memoryBytes"), "of eight loads", runs);
  printMetric("local.turns.growth", (await growth()) / 1e6, "MB in 160 turns", 1);
}

const [loads] = process.argv.slice(2);
if (loads === undefined) await compare();
else process.stdout.write(JSON.stringify(await answerAtOnce(Number(loads))));
