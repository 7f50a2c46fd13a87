import { expect, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError, SessionNotFoundError } from "../../agent/error.ts";
import type { EventBody } from "../../agent/event.ts";
import { eventSchema } from "../../agent/event-schema.ts";
import { type Message, noUsage } from "../../agent/message.ts";
import { sessionFile } from "../../agent/session.ts";
import { writeTitle } from "../../agent/session-meta.ts";
import { type ExportFormat, exportName, exportSession } from "../../server/export.ts";
import { readPage } from "../../server/export-html.ts";
import { assistant, notice, result, user } from "../agent/entries.ts";
import { oneOfEach } from "../agent/session-events.ts";
import { must } from "../support/must.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventsOf, saved } from "./saved.ts";

const id = "aaaaaaaaaaaa";
const page = { script: "globalThis.shown = 1;", style: "body { color: red }" };

async function exported(dir: string, format: ExportFormat, env: Record<string, string> = {}): Promise<string> {
  return (await Array.fromAsync(exportSession(dir, format, { env, page }))).join("");
}

async function markdownOf(...bodies: (EventBody | Message)[]): Promise<string> {
  using temp = tempDir();
  const text = await exported(saved(temp.path, id, eventsOf(bodies), 1_000), "markdown");
  return text.slice(text.indexOf("\n\n", text.indexOf("| ---")) + 2);
}

const exportSchema = z.strictObject({
  version: z.literal(1),
  session: z.record(z.string(), z.unknown()),
  events: z.array(eventSchema),
  agents: z.array(z.unknown()),
});

test("as JSON it is every durable event, what the list shows of it, and who took part", async () => {
  using temp = tempDir();
  const dir = saved(temp.path, id, oneOfEach, 1_000);
  appendFileSync(join(dir, sessionFile), 'damaged\n{"type":"mess');
  await writeTitle(dir, "Named");
  const data = exportSchema.parse(JSON.parse(await exported(dir, "json")));
  expect(data.events).toEqual([...oneOfEach]);
  expect(data.session).toEqual({
    ...{ id, title: "Named", updatedAt: expect.any(Number), createdAt: 1_700_000_000_001, costUsd: 0.5, messages: 5 },
    model: { provider: "anthropic", model: "claude-x" },
  });
  const model = { provider: "anthropic", model: "claude-x" };
  expect(data.agents).toEqual([{ label: "Agent", path: "Agent", model, usage: noUsage, costUsd: 0.25 }]);
  const empty = saved(temp.path, "bbbbbbbbbbbb", []);
  expect(exportSchema.parse(JSON.parse(await exported(empty, "json"))).events).toEqual([]);
});

test("no format gives a secret of the environment away", async () => {
  using temp = tempDir();
  const key = "sk-very-secret-0123";
  const told = [user(1, `my key is ${key}`), assistant(2, "", ["c1"]), result(3, "c1", `KEY=${key}`)];
  const dir = saved(temp.path, id, eventsOf(told));
  for (const format of ["markdown", "json", "html"] as const) {
    const text = await exported(dir, format, { OPENAI_API_KEY: key });
    expect(text).not.toContain(key);
    expect(text.split("[OPENAI_API_KEY]").length - 1).toBeGreaterThanOrEqual(2);
  }
});

test("Markdown reads in order: who speaks is said where it changes, what tools did is folded", async () => {
  const call = { type: "toolCall", callId: "c1", name: "Write" } as const;
  const args = { file_path: "a.md", content: "# A\n```js\nx\n```\n", mode: 7 };
  const answer = {
    ...assistant(2, "I write."),
    parts: [
      { type: "text" as const, text: "I write." },
      { ...call, args },
    ],
  };
  const hunks = [{ oldStart: 1, oldLines: 0, newStart: 1, newLines: 1, lines: ["+# A"] }];
  const details = { type: "diff", path: "a.md", created: true, hunks } as const;
  expect(
    await markdownOf(
      user(1, "Write **it**."),
      answer,
      { ...result(3, "c1", "Written."), details, durationMs: 1_200 },
      assistant(4, "Done."),
      { type: "idle", reason: "done" },
      { type: "message", message: { type: "peer", id: "m5", at: 5, from: "helper_1", text: "Nice." } },
      { type: "idle", reason: "halted" },
    ),
  ).toBe(
    `## User

*1970-01-01 00:00 UTC*

Write **it**.

## Assistant

*1970-01-01 00:00 UTC*

I write.

<details><summary>Write a.md</summary>

\`\`\`yaml
file_path: a.md
mode: 7
\`\`\`

content:

\`\`\`\`
# A
\`\`\`js
x
\`\`\`
\`\`\`\`

</details>

<details><summary>Write a.md: result, 1.2 s</summary>

\`\`\`diff
@@ -1,0 +1,1 @@
+# A
\`\`\`

\`\`\`text
Written.
\`\`\`

</details>

Done.

## helper\\_1 to main

*1970-01-01 00:00 UTC*

Nice.

*main stopped: halted.*

`,
  );
});

test("Markdown names each agent of several, and says what became of calls", async () => {
  using temp = tempDir();
  const root = eventsOf([
    user(1, "Go"),
    { type: "spawned", child: "w", childPath: "main/w", persistent: false },
    assistant(2, "", ["c1"]),
    result(3, "c1", "on it", "pending"),
  ]);
  const child = eventsOf([user(1, "Part"), assistant(2, "Did it.")]).map((event) => ({
    ...event,
    agent: "w",
    path: "main/w",
  }));
  const end = eventsOf([
    notice(4, "late", "c1"),
    { type: "childEnded", child: "w", reason: "done", usage: noUsage, costUsd: 0.5 },
    { type: "callEnded", message: "m2", usage: noUsage, costUsd: 0.25, totalCostUsd: 0.75, durationMs: 1 },
    { type: "callEnded", message: "m2", usage: noUsage, costUsd: 0.5, totalCostUsd: 0.75, durationMs: 1 },
    { type: "compacted", upTo: "m1", summary: "short", tokensBefore: 9, tokensAfter: 1 },
    { type: "error", error: { code: "server", message: "It <b>failed</b>.", hint: "Try again." } },
  ]).map((event, index) => (index === 3 ? { ...event, agent: "w", path: "main/w" } : event));
  const text = await exported(saved(temp.path, id, [...root, ...child, ...end]), "markdown");
  expect(text.match(/^(?:#+ .*|<details>.*|\*[^1].*|> .*|\| m.*)$/gm)).toEqual([
    "# Go",
    "## User",
    "*main spawned main/w.*",
    "## Assistant",
    "<details><summary>T</summary>",
    "<details><summary>T: goes on in the background</summary>",
    "## To main/w",
    "## main/w",
    "## Assistant",
    "<details><summary>T: result</summary>",
    "*w ended: done, $0.5000.*",
    "<details><summary>What came before was summarised for the model</summary>",
    "> **Error:** It \\<b\\>failed\\</b\\>. Try again.",
    "## Agents",
    "| main |  | $0.2500 |",
    "| main/w |  | $0.5000 |",
  ]);
});

test("an export of what is not there, and HTML without its page, are refused", async () => {
  using temp = tempDir();
  const gone = Array.fromAsync(exportSession(join(temp.path, id), "json", { env: {} }));
  await expect(gone).rejects.toBeInstanceOf(SessionNotFoundError);
  const dir = saved(temp.path, id, []);
  await expect(Array.fromAsync(exportSession(dir, "html", { env: {} }))).rejects.toBeInstanceOf(ConfigError);
  await expect(readPage(temp.path)).rejects.toBeInstanceOf(ConfigError);
  writeFileSync(join(temp.path, "replay.js"), page.script);
  writeFileSync(join(temp.path, "replay.css"), page.style);
  expect(await readPage(temp.path)).toEqual(page);
});

test("a long session is exported piece by piece", async () => {
  using temp = tempDir();
  const long = eventsOf(Array.from({ length: 400 }, (_, at) => result(at + 1, `c${at + 1}`, "x".repeat(10_000))));
  const dir = saved(temp.path, id, long);
  for (const format of ["markdown", "json", "html"] as const) {
    const sizes = (await Array.fromAsync(exportSession(dir, format, { env: {}, page }))).map((piece) => piece.length);
    expect(Math.max(...sizes)).toBeLessThan(500_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(4_000_000);
  }
});

test("a file is named by its title, with nothing in it that means something elsewhere", () => {
  expect(exportName({ id, title: 'Fix "../../etc" \r\n now; ü' }, "markdown")).toBe(`fix-etc-now-${id}.md`);
  expect(exportName({ id, title: "🎉" }, "html")).toBe(`session-${id}.html`);
  expect(must(exportName({ id, title: "long word ".repeat(9) }, "json")).length).toBeLessThan(64);
});
