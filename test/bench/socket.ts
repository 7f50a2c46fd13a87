/**
 * From a model in the process to a page in another: turn, log, hub, codec, a real WebSocket, and the page's own reducer.
 * How many events a second, how late one is at 10,000 a second, and how many bytes a reply costs on the wire.
 */
import { Fleet } from "../../agent/fleet.ts";
import { noUsage } from "../../agent/message.ts";
import type { Chunk, Model } from "../../agent/model.ts";
import { linesOf } from "../server/program.ts";
import { serveHub } from "../support/hub-server.ts";
import { median, printMetric, quantile } from "./metric.ts";
import { roundModel } from "./support/round-model.ts";
import type { TabReport } from "./support/tab.ts";

const runs = 5;
const now = () => performance.timeOrigin + performance.now();

/** Says what the generator yields. */
function talker(words: () => AsyncIterable<string> | Iterable<string>): Model {
  async function* stream(): AsyncGenerator<Chunk> {
    let text = "";
    for await (const word of words()) {
      text += word;
      yield { type: "text", text: word };
    }
    yield { type: "done", parts: [{ type: "text", text }], stopReason: "endTurn", usage: noUsage };
  }
  return { ...roundModel({ name: "", args: () => ({}) }, 0), stream };
}

interface Measured extends TabReport {
  readonly startAt: number;
}

/** One reply to one page. */
async function reply(words: () => AsyncIterable<string> | Iterable<string>): Promise<Measured> {
  await using fleet = new Fleet();
  const agent = fleet.root({ model: talker(words) });
  await using served = serveHub(fleet);
  const tab = Bun.spawn([process.execPath, `${import.meta.dir}/support/tab.ts`, served.address.replace("http", "ws")], {
    stdout: "pipe",
  });
  let startAt = 0;
  for await (const line of linesOf(tab.stdout)) {
    if (line === "ready") {
      startAt = now();
      agent.send({ type: "prompt", text: "Talk." });
    } else if (line !== "") {
      const told: TabReport = JSON.parse(line);
      await tab.exited;
      return { ...told, startAt };
    }
  }
  throw new Error("The page ended without a word.");
}

const flood = 300_000;
const rates: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const { startAt, endAt, chars } = await reply(() => Array.from({ length: flood }, () => "word "));
  if (chars !== flood * 5) throw new Error(`The page has ${chars} characters of ${flood * 5}.`);
  rates.push(flood / ((endAt - startAt) / 1000));
}
printMetric("socket.events", median(rates), "/s", runs);

/** Ten words a millisecond, each with its time. */
async function* paced(): AsyncGenerator<string> {
  const startAt = performance.now();
  for (let said = 0; said < 20_000; ) {
    const due = Math.floor((performance.now() - startAt) * 10);
    for (; said < due && said < 20_000; said += 1) yield `@${now().toFixed(2)} `;
    await Bun.sleep(1);
  }
}
const { delays } = await reply(paced);
printMetric("socket.delay.p50", median(delays), "ms", delays.length);
printMetric("socket.delay.p99", quantile(delays, 0.99), "ms", delays.length);

/** A reply as models make one: 200 pieces of four or five letters a second. */
async function* spoken(): AsyncGenerator<string> {
  for (let said = 0; said < 600; said += 1) {
    await Bun.sleep(5);
    yield ["The ", "word", "s of", " a re", "ply,\n"][said % 5] ?? "";
  }
}
const { bytes, chars, frames } = await reply(spoken);
printMetric("socket.bytes.ratio", bytes / chars, "x", frames);
