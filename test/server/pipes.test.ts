import { expect, test } from "bun:test";
import { eventsOf } from "../support/events.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, linesOf, resultOf, streamOf } from "./program.ts";

const call = { call: "Bash", args: { command: "sleep 60" } };

test("a reader of events that leaves ends the work soon and quietly", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Working. ".repeat(50) }, call] }]);
  using home = freshHome(fake);
  const before = "trap '' PIPE";
  const program = home.start(["-p", "Hi", "--output-format", "stream-json"], { before });
  for await (const line of linesOf(program.stdout)) {
    expect(line).toStartWith('{"type":"started"');
    break;
  }
  expect(await new Response(program.stderr).text()).toBe("");
  await program.exited;
  expect({ code: program.exitCode, signal: program.signalCode }).toEqual({ code: 1, signal: null });
});

for (const format of ["text", "json"]) {
  test(`a reader of ${format} that leaves before the answer is no crash`, async () => {
    const released = Promise.withResolvers<void>();
    await using fake = await startFakeProvider(async () => {
      await released.promise;
      return { parts: [{ text: "x".repeat(1_000_000) }], chunkChars: 100_000 };
    });
    using home = freshHome(fake);
    const program = home.start(["-p", "Hi", "--output-format", format]);
    await program.stdout.cancel();
    released.resolve();
    expect(await new Response(program.stderr).text()).toBe("");
    await program.exited;
    expect(program.exitCode).toBe(1);
  });
}

test("piped into head, only the first line comes and nothing else is said", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Hello. ".repeat(10_000) }] }]);
  using home = freshHome(fake);
  const before = "exec > >(head -1)";
  const { code, stdout, stderr } = await home.run(["-p", "Hi", "--output-format", "stream-json"], { before });
  expect({ code, stderr, lines: stdout.split("\n").length }).toEqual({ code: 1, stderr: "", lines: 2 });
  expect(JSON.parse(stdout)).toMatchObject({ type: "started", seq: 1 });
});

test("a reader of stderr that leaves is no crash", async () => {
  await using fake = await startFakeProvider([{ status: 400 }]);
  using home = freshHome(fake);
  const before = "exec 2> >(true); sleep 0.1";
  expect(await home.run(["-p", "Hi"], { before })).toEqual({ code: 1, stdout: "", stderr: "" });
});

test("a slow reader loses nothing", async () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `word${index} `).join("");
  await using fake = await startFakeProvider([{ parts: [{ text }], chunkChars: 40 }]);
  using home = freshHome(fake);
  const before = "exec > >(sleep 2; exec cat)";
  const finished = await home.run(["-p", "Hi", "--output-format", "stream-json"], { before });
  const { events, result } = streamOf(finished);
  const deltas = eventsOf(events, "delta");
  expect(deltas.map((event) => event.text).join("")).toBe(text);
  expect(deltas.length).toBeLessThan(text.length / 40);
  expect(result.content).toBe(text);
  const seqs = events.map((event) => event.seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  expect(finished.code).toBe(0);
});

test("20 MB of answer arrive whole", async () => {
  const text = "0123456789abcdef".repeat(1_250_000);
  await using fake = await startFakeProvider(() => ({ parts: [{ text }], chunkChars: 500_000 }));
  using home = freshHome(fake);
  const plain = await home.run(["-p", "Hi", "--ephemeral"]);
  expect({ code: plain.code, whole: plain.stdout === `${text}\n`, stderr: plain.stderr }).toEqual({
    code: 0,
    whole: true,
    stderr: "",
  });
  const json = await home.run(["-p", "Hi", "--ephemeral", "--output-format", "json"]);
  expect(resultOf(json).content === text).toBe(true);
});
