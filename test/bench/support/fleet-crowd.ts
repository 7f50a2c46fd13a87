/** A thousand agents that each make one round, one in ten of which throws, hangs or goes in circles. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { z } from "zod";
import { AbortedError } from "../../../agent/error.ts";
import type { EndReason } from "../../../agent/event.ts";
import { Fleet } from "../../../agent/fleet.ts";
import { noUsage } from "../../../agent/message.ts";
import type { Chunk, Model } from "../../../agent/model.ts";
import { defineTool } from "../../../agent/tool.ts";
import { roundModel } from "./round-model.ts";

export const crowdSize = 1_000;

/** What the prompt tells a model to do. */
const kinds = ["throw", "hang", "loop"] as const;
type Kind = "round" | (typeof kinds)[number];
const kindOf = (index: number): Kind =>
  index % 10 === 9 ? (kinds[Math.floor(index / 10) % kinds.length] ?? "round") : "round";

const ends: Readonly<Record<Kind, EndReason>> = { round: "done", throw: "error", hang: "halted", loop: "loop" };

export interface CrowdCost {
  readonly wallMs: number;
  /** Processor time of this process. */
  readonly cpuMs: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

/** Spawns them all at once and waits until each has ended as it should; throws where one does not. */
export async function runCrowd(model: Model): Promise<CrowdCost> {
  await using fleet = new Fleet();
  fleet.root({ model, tools: [stepTool] });
  const ended = new Map<EndReason, number>();
  fleet.subscribe((event) => {
    if (event.type === "childEnded") ended.set(event.reason, (ended.get(event.reason) ?? 0) + 1);
  });
  const hung = new AbortController();
  const spawn = (index: number) => {
    const prompt = kindOf(index);
    const signal = prompt === "hang" ? hung.signal : new AbortController().signal;
    const work = fleet.spawn("main", { prompt, maxDepth: 0 }, { callId: "c1", signal, progress: () => {} });
    return { prompt, work };
  };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [before, startedAt] = [process.cpuUsage(), performance.now()];
  const agents = Array.from({ length: crowdSize }, (_, index) => spawn(index));
  await Promise.all(agents.filter(({ prompt }) => prompt !== "hang").map(({ work }) => work));
  hung.abort();
  await Promise.all(agents.map(({ work }) => work));
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  // What held the loop up to the end counts too.
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  check(ended);
  const inMs = (ns: number) => ns / 1e6;
  return {
    wallMs,
    cpuMs: (user + system) / 1_000,
    delayP99Ms: inMs(delay.percentile(99)),
    delayMaxMs: inMs(delay.max),
  };
}

function check(ended: ReadonlyMap<EndReason, number>): void {
  const expected = new Map<EndReason, number>();
  for (let index = 0; index < crowdSize; index += 1) {
    const end = ends[kindOf(index)];
    expected.set(end, (expected.get(end) ?? 0) + 1);
  }
  for (const [end, count] of expected) {
    if (ended.get(end) !== count) throw new Error(`${ended.get(end)} agents ended "${end}", not ${count}.`);
  }
}

const stepTool = defineTool({
  name: "Step",
  description: "Makes a step.",
  schema: z.object({}),
  run: () => "one step",
});

/** Does what the prompt tells it to, at once. */
export function crowdModel(): Model {
  async function* stream(request: Parameters<Model["stream"]>[0], signal: AbortSignal): AsyncGenerator<Chunk> {
    const [first] = request.messages;
    const kind = first?.type === "user" ? first.text : "round";
    if (kind === "throw") throw new Error("The model is broken.");
    if (kind === "hang") {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      yield { type: "error", error: new AbortedError(), parts: [] };
    } else if (kind === "loop" || request.messages.length === 1) {
      yield { type: "toolCall", index: 0, name: "Step" };
      yield {
        type: "done",
        parts: [{ type: "toolCall", name: "Step", args: {} }],
        stopReason: "toolUse",
        usage: noUsage,
      };
    } else {
      yield { type: "text", text: "Done." };
      yield { type: "done", parts: [{ type: "text", text: "Done." }], stopReason: "endTurn", usage: noUsage };
    }
  }
  return { ...roundModel({ name: "", args: () => ({}) }, 0), stream };
}
