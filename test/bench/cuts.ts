/** How long a page takes, from the moment its connection is cut, to show again all that was said meanwhile. */
import { Fleet } from "../../agent/fleet.ts";
import { noUsage } from "../../agent/message.ts";
import type { Chunk, Model } from "../../agent/model.ts";
import { LiveStore } from "../../ui/state/store.ts";
import { wireTo } from "../support/cuts.ts";
import { hubSession, serveHub } from "../support/hub-server.ts";
import { until } from "../support/until.ts";
import { median, printMetric, quantile } from "./metric.ts";
import { roundModel } from "./support/round-model.ts";

const cuts = 200;
let said = 0;
let isOver = false;

/** Says a word every two milliseconds until it is told to end. */
async function* stream(): AsyncGenerator<Chunk> {
  while (!isOver) {
    await Bun.sleep(2);
    said += 5;
    yield { type: "text", text: "word " };
  }
  yield {
    type: "done",
    parts: [{ type: "text", text: "word ".repeat(said / 5) }],
    stopReason: "endTurn",
    usage: noUsage,
  };
}

const model: Model = { ...roundModel({ name: "", args: () => ({}) }, 0), stream };
await using fleet = new Fleet();
const agent = fleet.root({ model });
await using served = serveHub(fleet);
using wire = await wireTo(served.address, "");
using page = new LiveStore(wire.url);
page.openSession(hubSession);
const shown = () => {
  const item = page.transcript?.view()?.items.findLast(({ type }) => type === "assistant");
  const part = item?.type === "assistant" ? item.parts[0] : undefined;
  return part?.type === "text" ? part.text.length : 0;
};
await until(() => page.transcript?.view() !== undefined);
agent.send({ type: "prompt", text: "Talk." });
await until(() => shown() > 0);
const times: number[] = [];
while (times.length < cuts) {
  const { connections } = wire;
  if (!wire.cut()) {
    await Bun.sleep(1);
    continue;
  }
  const cutAt = performance.now();
  while (wire.connections === connections) await Bun.sleep(1);
  const missed = said;
  while (shown() < missed) await Bun.sleep(1);
  times.push(performance.now() - cutAt);
  await Bun.sleep(20);
}
isOver = true;
printMetric("cuts.catchup.p50", median(times), "ms", cuts);
printMetric("cuts.catchup.p95", quantile(times, 0.95), "ms", cuts);
