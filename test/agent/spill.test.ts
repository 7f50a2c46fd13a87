/** Results too big for the conversation. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { ToolDetails } from "../../agent/message.ts";
import { keptDetails, Spill } from "../../agent/spill.ts";
import { defineTool } from "../../agent/tool.ts";
import { must, tempDir } from "../support/index.ts";
import { call, dispatchRig } from "./dispatch-rig.ts";

const mode = (path: string) => statSync(path).mode & 0o777;
const pathIn = (text: string) => must(/the whole result is in (.+)\]$/.exec(text)?.[1], "a path");
const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n} of the result`).join("\n");

test("a result within its limit, or hardly over what a preview takes, stays whole", async () => {
  using dir = tempDir();
  const spill = new Spill(join(dir.path, "results"));
  const [fits, small] = ["x".repeat(5_000), "x".repeat(3_000)];
  expect([await spill.bound("c1", fits, 5_000), await spill.bound("c2", small, 10)]).toEqual([fits, small]);
  expect(readdirSync(dir.path)).toEqual([]);
});

test("a longer one goes to a file that only its owner reads, and its beginning stays", async () => {
  using dir = tempDir();
  const spill = new Spill(join(dir.path, "results"));
  const text = lines(1_000);
  const kept = await spill.bound("c1", text, 5_000);
  const path = pathIn(kept);
  const [preview, note] = [kept.slice(0, kept.lastIndexOf("\n")), kept.slice(kept.lastIndexOf("\n") + 1)];
  expect(text.startsWith(`${preview}\n`)).toBe(true);
  expect(preview.length).toBeWithin(1_900, 2_001);
  expect(note).toBe(`[${text.length} characters in all; the whole result is in ${path}]`);
  expect([readFileSync(path, "utf8") === text, mode(path), mode(dirname(path))]).toEqual([true, 0o600, 0o700]);
  await spill.close();
  expect(existsSync(path)).toBe(true);
});

test("two results of one call have a file each, and a character is never torn", async () => {
  using dir = tempDir();
  const spill = new Spill(dir.path);
  const texts = [`x${"😀".repeat(5_000)}`, "😀".repeat(5_001)];
  const kept = await Promise.all(texts.map((text) => spill.bound("c1", text, 0)));
  expect(kept.map((text) => text.isWellFormed())).toEqual([true, true]);
  expect(kept.map((text) => readFileSync(pathIn(text), "utf8"))).toEqual(texts);
});

test("without a session the files are temporary and gone at the end", async () => {
  const spill = new Spill();
  const path = pathIn(await spill.bound("c1", lines(1_000), 0));
  expect([mode(path), mode(dirname(path))]).toEqual([0o600, 0o700]);
  await spill.close();
  expect(existsSync(dirname(path))).toBe(false);
});

test("where nothing can be saved the preview says so, and the end is an end all the same", async () => {
  using dir = tempDir();
  const file = join(dir.path, "file");
  writeFileSync(file, "");
  const spill = new Spill(join(file, "results"));
  const text = lines(1_000);
  const note = (await spill.bound("c1", text, 0)).split("\n").at(-1);
  expect(note).toStartWith(`[${text.length} characters in all; the rest is lost: it could not be saved (`);
  await spill.close();
});

const say = (maxResultChars?: number) =>
  defineTool({
    name: "Say",
    description: "",
    schema: z.object({ chars: z.number() }),
    ...(maxResultChars === undefined ? {} : { maxResultChars }),
    run: ({ chars }) => `${"x".repeat(99)}\n`.repeat(chars / 100),
  });

async function sizes(tool: ReturnType<typeof say>, chars: readonly number[]): Promise<number[]> {
  using dir = tempDir();
  const { dispatch, outcomes, answered } = dispatchRig([tool], new Spill(dir.path));
  dispatch.run(chars.map((count, index) => call(`c${index}`, "Say", { chars: count })));
  await answered(chars.length);
  const isWhole = (text: string) => !text.endsWith("]");
  return outcomes.toSorted().map(([, { text }]) => (isWhole(text) ? text.length : 0));
}

test("a tool's own limit decides, 50,000 where it has none; 0 means that it bounds itself", async () => {
  expect(await sizes(say(), [50_000])).toEqual([50_000]);
  expect(await sizes(say(), [50_100])).toEqual([0]);
  expect(await sizes(say(4_000), [4_000, 4_100])).toEqual([4_000, 0]);
  expect(await sizes(say(0), [120_000, 120_000])).toEqual([120_000, 120_000]);
});

test("results of one round share 200,000 characters, also when they come at once; small ones are never cut", async () => {
  const kept = await sizes(say(), [50_000, 50_000, 50_000, 40_000, 50_000, 10_000, 50_000, 2_000]);
  expect(kept).toEqual([50_000, 50_000, 50_000, 40_000, 0, 0, 0, 2_000]);
});

test("a card that is too large or no JSON is left out, and others are kept as they are", () => {
  const card = (data: unknown) => ({ type: "custom", name: "table", data }) as ToolDetails;
  const small = card([{ a: 1 }]);
  expect(keptDetails(small).details).toBe(small);
  expect(keptDetails(card(["x".repeat(999_000)])).details).toBeDefined();
  const circle: unknown[] = [];
  circle.push(circle);
  expect([keptDetails(card(["x".repeat(1_000_000)])), keptDetails(card(circle)), keptDetails(undefined)]).toEqual([
    {},
    {},
    {},
  ]);
});
