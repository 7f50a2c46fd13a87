import { expect, test } from "bun:test";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { EventStream } from "../../agent/stream.ts";
import { eventShape } from "../support/index.ts";

let seq = 0;
const event = (body: EventBody): AgentEvent => ({ seq: ++seq, agent: "a", at: 0, ...body });
const delta = (text: string, part = 0) => event({ type: "delta", message: "m1", part, text });
const output = (call: `c${number}`, text: string) => event({ type: "toolOutput", call, stream: "stdout", text });
const state = () => event({ type: "state", state: "tools" });
const value = (of: AgentEvent) => ({ done: false, value: of }) as const;
const over = { done: true, value: undefined } as const;

/** A stream whose queue is as long as it gets before deltas are joined. */
function longStream(): { stream: EventStream; queued: AgentEvent[] } {
  const stream = new EventStream();
  const queued = Array.from({ length: 1_001 }, () => delta("x"));
  for (const each of queued) stream.push(each);
  return { stream, queued };
}

async function readAll(stream: EventStream): Promise<AgentEvent[]> {
  stream.end();
  return Array.fromAsync(stream);
}

test("events come in order, those queued before the end after it too", async () => {
  const stream = new EventStream();
  const [first, second, third] = [delta("a"), delta("b"), delta("c")];
  const waiting = stream.next();
  for (const each of [first, second, third]) stream.push(each);
  stream.end();
  stream.push(delta("too late"));
  expect(await Array.fromAsync([waiting, stream.next(), stream.next(), stream.next()])).toEqual([
    value(first),
    value(second),
    value(third),
    over,
  ]);
});

test("several readers share a stream: each event goes to one, in the order they asked, and all hear of the end", async () => {
  const stream = new EventStream();
  const asked = [stream.next(), stream.next(), stream.next(), stream.next()];
  const [first, second] = [delta("a"), delta("b")];
  stream.push(first);
  stream.push(second);
  stream.end();
  expect(await Promise.all(asked)).toEqual([value(first), value(second), over, over]);
});

test("several loops over one stream lose nothing and double nothing", async () => {
  const stream = new EventStream();
  const read = async () => (await Array.fromAsync(stream)).map((each) => each.seq);
  const loops = [read(), read(), read()];
  const sent: AgentEvent[] = [];
  for (let round = 0; round < 50; round += 1) {
    const batch = Array.from({ length: round % 4 }, () => delta("x"));
    for (const each of batch) stream.push(each);
    sent.push(...batch);
    await Promise.resolve();
  }
  stream.end();
  const got = (await Promise.all(loops)).flat().sort((a, b) => a - b);
  expect(got).toEqual(sent.map((each) => each.seq));
});

test("a reader who leaves ends the stream, and its owner is told once", async () => {
  let ends = 0;
  const stream = new EventStream(() => {
    ends += 1;
  });
  stream.push(delta("a"));
  stream.push(delta("b"));
  for await (const _ of stream) break;
  stream.end();
  expect([ends, await stream.next()]).toEqual([1, over]);
});

test("past the limit the deltas of a part are joined, and the last number is kept", async () => {
  const { stream, queued } = longStream();
  const late = [delta("y"), delta("z")];
  for (const each of late) stream.push(each);
  const read = await readAll(stream);
  expect(read.length).toBe(1_001);
  expect(read.at(-1)).toEqual({ ...late[1], text: "xyz" } as AgentEvent);
  expect(eventShape(read)).toEqual(eventShape([...queued, ...late]));
});

test("parts that grow side by side are joined too, each in its own order", async () => {
  const { stream } = longStream();
  for (let round = 0; round < 500; round += 1) {
    stream.push(output("c1", `${round},`));
    stream.push(output("c2", `${round};`));
    stream.push(delta(`${round}.`, 1));
  }
  const tail = (await readAll(stream)).slice(1_001);
  const rounds = Array.from({ length: 500 }, (_, round) => round);
  expect(eventShape(tail)).toEqual([
    { agent: "a", type: "toolOutput", call: "c1", stream: "stdout", text: rounds.map((n) => `${n},`).join("") },
    { agent: "a", type: "toolOutput", call: "c2", stream: "stdout", text: rounds.map((n) => `${n};`).join("") },
    { agent: "a", type: "delta", message: "m1", part: 1, text: rounds.map((n) => `${n}.`).join("") },
  ]);
  const numbers = tail.map((each) => each.seq);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test("nothing but deltas is joined, and no delta moves across what must arrive", async () => {
  const { stream, queued } = longStream();
  const late = [state(), delta("y"), state(), state(), delta("z"), delta("q", 1)];
  for (const each of late) stream.push(each);
  expect(await readAll(stream)).toEqual([...queued, ...late]);
});

test("a queue of many events is read in time that grows with their number", async () => {
  const stream = new EventStream();
  const count = 200_000;
  for (let sent = 0; sent < count; sent += 1) stream.push(state());
  stream.end();
  let read = 0;
  for await (const _ of stream) read += 1;
  expect(read).toBe(count);
});
