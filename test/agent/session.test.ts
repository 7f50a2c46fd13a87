import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SessionNotFoundError, UsageError } from "../../agent/error.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { Session, sessionFile } from "../../agent/session.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventOf, oneOfEach, said } from "./session-events.ts";

const unharmed = { badLines: 0, tornTail: false };

async function openOnce(dir: string): Promise<Session> {
  const session = await Session.open(dir);
  await session.close();
  return session;
}

function sessionOf(dir: string, text: string): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, sessionFile);
  writeFileSync(path, text);
  return path;
}

const lineOf = (event: AgentEvent) => `${JSON.stringify(event)}\n`;
const asides = (dir: string) => readdirSync(dir).filter((name) => name.includes(".damaged-"));

test("what was appended is there after a close, one line an event", async () => {
  using temp = tempDir();
  const dir = join(temp.path, "0123456789ab");
  const session = await Session.create(dir);
  expect([session.id, session.dir, session.events, session.damage]).toEqual(["0123456789ab", dir, [], unharmed]);
  for (const event of oneOfEach) session.append(event);
  await session.close();
  expect(readFileSync(session.path, "utf8")).toBe(oneOfEach.map(lineOf).join(""));
  const again = await openOnce(dir);
  expect([again.id, again.events, again.damage]).toEqual([session.id, [...oneOfEach], unharmed]);
  expect(readdirSync(dir)).toEqual([sessionFile]);
});

test("only durable events are kept", async () => {
  using temp = tempDir();
  await using session = await Session.create(join(temp.path, "s"));
  session.append(eventOf(1, { type: "delta", message: "m1", part: 0, text: "x" }));
  session.append(said(2, "kept"));
  await session.flush();
  expect(readFileSync(session.path, "utf8")).toBe(lineOf(said(2, "kept")));
});

test("an id is given, taken from the directory's name, recorded, or made", async () => {
  using temp = tempDir();
  const at = (name: string) => join(temp.path, name);
  await using given = await Session.create(at("a"), { id: "aaaaaaaaaaaa" });
  expect(given.id).toBe("aaaaaaaaaaaa");
  await using made = await Session.create(at("b"));
  expect(made.id).toMatch(/^[0-9a-f]{12}$/);
  sessionOf(at("cccccccccccc"), oneOfEach.map(lineOf).join(""));
  expect((await openOnce(at("cccccccccccc"))).id).toBe("0123456789ab");
});

test("a session is made once and opened only where there is one", async () => {
  using temp = tempDir();
  await (await Session.create(join(temp.path, "s"))).close();
  await expect(Session.create(join(temp.path, "s"))).rejects.toThrow(UsageError);
  await expect(Session.open(join(temp.path, "none"))).rejects.toThrow(SessionNotFoundError);
});

test("appends that meet a busy disk share one fsync, in order, and a flush waits only for its own", async () => {
  using temp = tempDir();
  await using session = await Session.create(join(temp.path, "s"));
  const batches: number[][] = [];
  using _ = session.onSaved((events) => batches.push(events.map((event) => event.seq)));
  const events = Array.from({ length: 500 }, (_, index) => said(index + 2, "x"));
  session.append(said(1, "first"));
  await Promise.resolve();
  await Promise.resolve();
  for (const event of events) session.append(event);
  const flushed = session.flush();
  expect(batches).toEqual([]);
  await flushed;
  expect(batches).toEqual([[1], events.map((event) => event.seq)]);
});

test("a listener that is disposed hears no more, and a closed session takes no more", async () => {
  using temp = tempDir();
  const session = await Session.create(join(temp.path, "s"));
  const heard: number[] = [];
  const listening = session.onSaved((events) => heard.push(...events.map((event) => event.seq)));
  session.append(said(1, "a"));
  await session.flush();
  listening[Symbol.dispose]();
  session.append(said(2, "b"));
  await Promise.all([session.close(), session.close()]);
  session.append(said(3, "c"));
  await session.close();
  expect(heard).toEqual([1]);
  expect((await openOnce(session.dir)).events).toEqual([said(1, "a"), said(2, "b")]);
});

test("files are the owner's alone, and loose ones are tightened", async () => {
  using temp = tempDir();
  const dir = join(temp.path, "p", "s");
  await (await Session.create(dir)).close();
  const modes = () => [join(temp.path, "p"), dir, join(dir, sessionFile)].map((path) => statSync(path).mode & 0o777);
  expect(modes()).toEqual([0o700, 0o700, 0o600]);
  chmodSync(dir, 0o755);
  chmodSync(join(dir, sessionFile), 0o664);
  await using session = await Session.open(dir);
  expect(modes()).toEqual([0o700, 0o700, 0o600]);
  expect(statSync(join(session.dir, "lease")).mode & 0o777).toBe(0o600);
});

test("a bad line in the middle loses only itself and is kept aside once", async () => {
  using temp = tempDir();
  const lines = [lineOf(said(1, "a")), "{broken\n", '{"type":"of the future","seq":2}\n', "\n", lineOf(said(3, "c"))];
  const path = sessionOf(temp.path, lines.join(""));
  const first = await openOnce(temp.path);
  const [aside = ""] = asides(temp.path);
  const damage = { badLines: 2, tornTail: false, keptAt: join(temp.path, aside) };
  expect([first.events, first.damage]).toEqual([[said(1, "a"), said(3, "c")], damage]);
  expect(statSync(damage.keptAt).mode & 0o777).toBe(0o600);
  expect(readFileSync(damage.keptAt, "utf8")).toBe('{broken\n{"type":"of the future","seq":2}');
  expect((await openOnce(temp.path)).damage).toEqual(damage);
  expect(asides(temp.path)).toEqual([aside]);
  expect(readFileSync(path, "utf8")).toBe(lines.join(""));
});

test("a last record that lacks only its newline is whole", async () => {
  using temp = tempDir();
  const path = sessionOf(temp.path, lineOf(said(1, "a")) + JSON.stringify(said(2, "b")));
  await using session = await Session.open(temp.path);
  expect([session.events, session.damage]).toEqual([[said(1, "a"), said(2, "b")], unharmed]);
  session.append(said(3, "c"));
  await session.flush();
  expect(readFileSync(path, "utf8")).toBe([said(1, "a"), said(2, "b"), said(3, "c")].map(lineOf).join(""));
});

test("records longer than a read, and letters cut between reads, come back whole", async () => {
  using temp = tempDir();
  const events = [said(1, "é".repeat(400_000)), said(2, "b"), said(3, `x${"漢".repeat(300_000)}`)];
  sessionOf(temp.path, events.map(lineOf).join(""));
  expect((await openOnce(temp.path)).events).toEqual(events);
});

test("cut at every byte of its last 4 KB, a file loses at most the torn record and takes the next", async () => {
  using temp = tempDir({ memory: true });
  const events = Array.from({ length: 40 }, (_, index) => said(index + 1, `é${"x".repeat((index * 53) % 300)}`));
  const bytes = Buffer.from(events.map(lineOf).join(""));
  const ends = events.map((_, index) =>
    Buffer.byteLength(
      events
        .slice(0, index + 1)
        .map(lineOf)
        .join(""),
    ),
  );
  const cutAt = async (length: number) => {
    const dir = join(temp.path, String(length));
    mkdirSync(dir);
    writeFileSync(join(dir, sessionFile), bytes.subarray(0, length));
    const whole = ends.filter((end) => end - 1 <= length).length;
    const session = await Session.open(dir);
    expect(session.events).toEqual(events.slice(0, whole));
    expect(session.damage.tornTail).toBe(length > (ends[whole - 1] ?? 0));
    session.append(said(100, "next"));
    await session.close();
    const expected = [...events.slice(0, whole), said(100, "next")].map(lineOf).join("");
    expect(readFileSync(session.path, "utf8")).toBe(expected);
  };
  for (let length = bytes.length - 4096; length <= bytes.length; length += 16) {
    await Promise.all(
      Array.from({ length: 16 }, (_, index) => length + index)
        .filter((at) => at <= bytes.length)
        .map(cutAt),
    );
  }
}, 30_000);
