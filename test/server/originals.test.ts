import { expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { AgentEvent } from "../../agent/event.ts";
import { Originals } from "../../server/originals.ts";
import { diffTexts } from "../../tools/hunks.ts";
import { applyHunks, undoHunks } from "../../tools/patch.ts";
import { tempDir } from "../support/temp-dir.ts";
import { diffEvent, makeHands } from "./edits.ts";

function makePlace() {
  const dir = tempDir();
  const [root, session] = [join(dir.path, "project"), join(dir.path, "session")];
  for (const path of [root, session]) mkdirSync(path);
  const put = (name: string, content: string) => writeFileSync(join(root, name), content);
  return { root, session, put, ...makeHands(root), [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

async function noteAll(originals: Originals, ...events: AgentEvent[]): Promise<void> {
  for (const event of events) originals.note(event);
  await originals.settled();
}

const text = fc
  .array(fc.constantFrom("a", "b", "\n", "\n", "c\r\n", "d\n"), { maxLength: 60 })
  .map((parts) => parts.join(""));

test("hunks put on a text and taken off it give each other's text", async () => {
  const property = fc.asyncProperty(text, text, async (before, after) => {
    const hunks = await diffTexts(before, after);
    expect([applyHunks(before, hunks), undoHunks(after, hunks)]).toEqual([after, before]);
  });
  await fc.assert(property, { numRuns: 300 });
});

test("hunks do not fit a text that is longer, shorter or other than theirs", async () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("");
  const undone = async (after: string, other: string) => undoHunks(other, await diffTexts(before, after));
  const [first, middle, last] = ["line 0\n", "line 10\n", "line 19\n"].map((line) => before.replace(line, "new\n")) as [
    string,
    string,
    string,
  ];
  expect([await undone(first, first), await undone(first, `x\n${first}`)]).toEqual([before, undefined]);
  expect(await undone(middle, middle.replace("line 9\n", "nine\n"))).toBeUndefined();
  expect(await undone(middle, middle.replace("line 3\n", ""))).toBeUndefined();
  expect(await undone(middle, middle.slice(0, 60))).toBeUndefined();
  expect(await undone(last, `${last}x\n`)).toBeUndefined();
  expect([await undone("", ""), await undone("", "x\n")]).toEqual([before, undefined]);
});

test("the first change of a file keeps what it was; later ones only count", async () => {
  using place = makePlace();
  place.put("a.ts", "one\ntwo\nthree\n");
  await using originals = await Originals.open(place.session);
  await noteAll(originals, await place.edit("a.ts", "two", "zwei\nzwo", "Agent", 10));
  await noteAll(originals, await place.edit("a.ts", "one", "eins", "Helper", 20));
  await noteAll(originals, await place.write("new.ts", "new\n", "Helper", 30));
  expect(originals.touched).toMatchObject([
    {
      path: join(place.root, "a.ts"),
      agents: ["Agent", "Helper"],
      times: 2,
      added: 3,
      removed: 2,
      firstAt: 10,
      lastAt: 20,
      edits: [],
    },
    {
      path: join(place.root, "new.ts"),
      agents: ["Helper"],
      times: 1,
      added: 1,
      removed: 0,
      firstAt: 30,
      lastAt: 30,
      edits: [],
    },
  ]);
  expect(await originals.read(join(place.root, "a.ts"))).toBe("one\ntwo\nthree\n");
  expect(await originals.read(join(place.root, "new.ts"))).toBeNull();
  expect(await originals.read(join(place.root, "other.ts"))).toBeUndefined();
});

test("odd breaks, a byte order mark and a missing last break are kept to the byte", async () => {
  using place = makePlace();
  const contents = {
    crlf: "one\r\ntwo\r\n",
    mark: "\ufeffone\ntwo",
    bare: "one two",
    mixed: "\n\none\r\n\rtwo",
    empty: "",
  };
  await using originals = await Originals.open(place.session);
  for (const [name, content] of Object.entries(contents)) {
    place.put(name, content);
    const change = content === "" ? place.write(name, "now\n") : place.edit(name, "two", "2");
    await noteAll(originals, await change);
    expect([name, await originals.read(join(place.root, name))]).toEqual([name, content]);
  }
});

test("events that come late, after more edits, still give what the file was", async () => {
  using place = makePlace();
  place.put("a.ts", "one\ntwo\nthree\n");
  const first = await place.edit("a.ts", "two", "2");
  const second = await place.write("a.ts", "wholly\nother\n");
  await using originals = await Originals.open(place.session);
  await noteAll(originals, first);
  expect(await originals.read(join(place.root, "a.ts"))).toBeUndefined();
  await noteAll(originals, second);
  expect(await originals.read(join(place.root, "a.ts"))).toBe("one\ntwo\nthree\n");
});

test("a file that something else changes too is unknown, and its edits are remembered", async () => {
  using place = makePlace();
  place.put("a.ts", "one\ntwo\nthree\n");
  await using originals = await Originals.open(place.session);
  const first = await place.edit("a.ts", "two", "2");
  place.put("a.ts", "zero\none\n2\nthree\n");
  await noteAll(originals, first);
  const path = join(place.root, "a.ts");
  expect(await originals.read(path)).toBeUndefined();
  expect(originals.find(path)?.edits.map(({ hunks }) => hunks[0]?.lines)).toEqual([[" one", "-two", "+2", " three"]]);
});

test("what was kept is found again by a later process, and what was not is worked out from the session's events", async () => {
  using place = makePlace();
  place.put("a.ts", "one\n");
  place.put("b.ts", "one\n");
  const early = [await place.edit("a.ts", "one", "two", "Agent", 1), await place.write("c.ts", "c\n", "Agent", 2)];
  {
    await using originals = await Originals.open(place.session);
    await noteAll(originals, ...early);
  }
  const unseen = await place.edit("b.ts", "one", "2", "Agent", 3);
  place.put("a.ts", "changed by a command\n");
  rmSync(join(place.root, "c.ts"));
  await using again = await Originals.open(place.session, [...early, unseen]);
  expect(again.touched.map(({ times, lastAt }) => [times, lastAt])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  const read = await Promise.all(["a.ts", "c.ts", "b.ts"].map((name) => again.read(join(place.root, name))));
  expect(read).toEqual(["one\n", null, "one\n"]);
});

test("what is kept is for the owner alone, each content once, and damage loses only itself", async () => {
  using place = makePlace();
  const names = ["a", "b", "c"];
  await using originals = await Originals.open(place.session);
  for (const name of names) {
    place.put(name, name === "c" ? "other\n" : "same\n");
    await noteAll(originals, await place.write(name, `${name} is new\n`));
  }
  const dir = join(place.session, "originals");
  const kept = readdirSync(dir).sort();
  expect(kept).toHaveLength(3);
  const modes = [dir, ...kept.map((name) => join(dir, name))].map((path) => statSync(path).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  const other =
    kept.find((name) => !name.endsWith(".jsonl") && readFileSync(join(dir, name), "utf8") === "other\n") ?? "";
  writeFileSync(join(dir, other), "forged\n");
  appendFileSync(
    join(dir, "paths.jsonl"),
    `{"path":"${place.root}/a","hash":null}\nnot json\n{"path":"/x","hash":"../../etc/passwd"}\n{"path":`,
  );
  await using again = await Originals.open(place.session);
  const read = await Promise.all(names.map((name) => again.read(join(place.root, name))));
  expect([...read, await again.read("/x")]).toEqual(["same\n", "same\n", undefined, undefined]);
  await noteAll(again, await place.write("d", "d\n"));
  await using third = await Originals.open(place.session);
  expect(await third.read(join(place.root, "d"))).toBeNull();
});

test("an edit that ended in the background counts like any other", async () => {
  using place = makePlace();
  place.put("a.ts", "one\n");
  await using originals = await Originals.open(place.session);
  const event = await place.edit("a.ts", "one", "two");
  if (event.type !== "message" || event.message.type !== "toolResult") throw new Error("It is no result.");
  const { details } = event.message;
  const notice = { id: "m2", at: 1, type: "notice", text: "", ...(details ? { details } : {}) } as const;
  await noteAll(originals, { ...event, message: notice });
  expect(await originals.read(join(place.root, "a.ts"))).toBe("one\n");
});

test("a file is one file under any of its names", async () => {
  using place = makePlace();
  place.put("real.ts", "one\n");
  symlinkSync("real.ts", join(place.root, "link.ts"));
  await using originals = await Originals.open(place.session);
  await noteAll(originals, await place.edit("link.ts", "one", "two"), await place.edit("real.ts", "two", "three"));
  expect(originals.touched).toMatchObject([{ path: join(place.root, "real.ts"), times: 2 }]);
  expect(await originals.read(join(place.root, "real.ts"))).toBe("one\n");
});

test("a session directory that takes nothing loses no work, and is used once it does", async () => {
  using place = makePlace();
  place.put("a.ts", "one\n");
  writeFileSync(join(place.session, "originals"), "in the way");
  await using originals = await Originals.open(place.session);
  await noteAll(originals, await place.edit("a.ts", "one", "two"));
  expect(await originals.read(join(place.root, "a.ts"))).toBeUndefined();
  rmSync(join(place.session, "originals"));
  await noteAll(originals, await place.edit("a.ts", "two", "three"));
  expect(await originals.read(join(place.root, "a.ts"))).toBe("one\n");
});

test("details that are not of a file's change are passed over", async () => {
  using place = makePlace();
  const hunk = { oldStart: -5, oldLines: 1, newStart: 9_999_999, newLines: 2, lines: ["?", "+a", "\\"] };
  await using originals = await Originals.open(place.session);
  const diff = (path: string) => diffEvent({ type: "diff", path, created: false, hunks: [hunk] });
  await noteAll(originals, diff("relative.ts"), diff(`${place.root}\0`), diff(place.root), diff("/dev/zero"));
  await noteAll(originals, diffEvent({ type: "matches", files: 1, matches: 1 }));
  expect(originals.touched.map(({ path }) => path)).toEqual([place.root, "/dev/zero"]);
  expect(await Promise.all(originals.touched.map(({ path }) => originals.read(path)))).toEqual([undefined, undefined]);
});
