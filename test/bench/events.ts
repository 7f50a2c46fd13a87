/** How many deltas a second go from a model in the process through turn and log to an observer and to an iterator. */
import { Agent } from "../../agent/agent.ts";
import { noUsage } from "../../agent/message.ts";
import type { Chunk, Model } from "../../agent/model.ts";
import { median, printMetric } from "./metric.ts";
import { roundModel } from "./support/round-model.ts";

const deltas = 300_000;
const runs = 7;

/** Says a word so many times. */
function talker(): Model {
  async function* stream(): AsyncGenerator<Chunk> {
    for (let at = 0; at < deltas; at++) yield { type: "text", text: "word " };
    const text = "word ".repeat(deltas);
    yield { type: "done", parts: [{ type: "text", text }], stopReason: "endTurn", usage: noUsage };
  }
  return { ...roundModel({ name: "", args: () => ({}) }, 0), stream };
}

async function rate(iterate: boolean): Promise<number> {
  await using model = talker();
  await using agent = new Agent({ model });
  let seen = 0;
  agent.subscribe((event) => {
    if (event.type === "delta") seen++;
  });
  const startedAt = performance.now();
  const run = agent.run("Talk.");
  if (iterate) for await (const _ of run);
  await run;
  const seconds = (performance.now() - startedAt) / 1000;
  if (seen !== deltas) throw new Error(`The observer saw ${seen} deltas of ${deltas}.`);
  return deltas / seconds;
}

for (const [name, iterate] of [["observer", false] as const, ["iterator", true] as const]) {
  const rates: number[] = [];
  for (let run = 0; run < runs; run++) rates.push(await rate(iterate));
  printMetric(`events.${name}`, median(rates), "/s", runs);
}
