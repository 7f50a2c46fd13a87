import { expect, test } from "bun:test";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AssistantMessage, MessageId, ToolCallPart } from "../../agent/message.ts";
import { sessionFile } from "../../agent/session.ts";
import { type FindOptions, findInSessions, type Match } from "../../server/find.ts";
import { Shelf } from "../../server/shelf.ts";
import { assistant, notice, result, user } from "../agent/entries.ts";
import { oneOfEach } from "../agent/session-events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventsOf, saved } from "./saved.ts";

async function find(project: string, query: string, options?: FindOptions): Promise<Match[]> {
  return Array.fromAsync(findInSessions(await new Shelf(project).list(), query, options));
}

/** What was found, with the words in brackets. */
const marked = (matches: readonly Match[]) =>
  matches.map(({ session, messageId, role, snippet, ranges }) => {
    const text = ranges.toReversed().reduce((shown, [start, end]) => {
      return `${shown.slice(0, start)}[${shown.slice(start, end)}]${shown.slice(end)}`;
    }, snippet);
    return `${session[0]} ${messageId} ${role} ${text}`;
  });

const a = "aaaaaaaaaaaa";

test("words are found in what everybody said, in calls and in results, the newest first", async () => {
  using temp = tempDir();
  const call: ToolCallPart = {
    type: "toolCall",
    callId: "c7",
    name: "Grep",
    args: { deep: [{ text: "the needle" }], at: 3 },
  };
  const answer: AssistantMessage = {
    ...assistant(3, "I see the needle."),
    parts: [{ type: "text", text: "A needle." }, call],
  };
  const thought: AssistantMessage = { ...assistant(7, ""), parts: [{ type: "thinking", text: "needle?" }] };
  const child = { type: "message", message: user(1, "child, needle"), agent: "w", path: "main/w" } as const;
  const events = eventsOf([
    user(1, "Find the needle, the other needle."),
    { type: "message", message: { type: "peer", id: "m2", at: 2, from: "needle", text: "no" } },
    answer,
    result(4, "c7", "hay: needle"),
    notice(5, "late needle", "c7"),
    { type: "queued", queueId: "q1", policy: "when-idle", text: "needle" },
    { type: "compacted", upTo: "m3", summary: "needle", tokensBefore: 9, tokensAfter: 1 },
    thought,
  ]);
  saved(temp.path, a, [...events, { ...child, seq: 1, at: 5 }], 1_000);
  saved(temp.path, "bbbbbbbbbbbb", eventsOf([user(1, "Newer needle")]), 2_000);
  const found = await find(temp.path, "needle");
  expect(marked(found)).toEqual([
    "b m1 user Newer [needle]",
    "a m1 user child, [needle]",
    "a m5 notice late [needle]",
    "a m4 toolResult hay: [needle]",
    "a m3 toolCall the [needle]",
    "a m3 assistant A [needle].",
    "a m1 user Find the [needle], the other [needle].",
  ]);
  const title = "Find the needle, the other needle.";
  expect(found[4]).toEqual({
    ...{ session: a, title, agent: "main", messageId: "m3", call: "c7", at: 3, role: "toolCall" },
    ...{ snippet: "the needle", ranges: [[4, 10]] },
  });
  expect(found.map(({ agent }) => agent)).toEqual(["main", "w", "main", "main", "main", "main", "main"]);
});

test("small letters match any, capitals only themselves; every sign stands for itself", async () => {
  using temp = tempDir();
  const texts = [
    "Use fooBar",
    "use FOOBAR",
    'say "x\\n" + $(y)*',
    "a\nb\tc",
    "grüße GRÜSSE Ärger",
    "🎉 done",
    "[a-z]{2}|/x/",
  ];
  saved(temp.path, a, eventsOf(texts.map((text, index) => user(index + 1, text))));
  const ids = async (query: string) => (await find(temp.path, query)).map(({ messageId }) => messageId);
  const expected: [string, MessageId[]][] = [
    ["foobar", ["m2", "m1"]],
    ["fooBar", ["m1"]],
    ['"x\\n"', ["m3"]],
    ["$(y)*", ["m3"]],
    ["a\nb\tc", ["m4"]],
    ["ärger", ["m5"]],
    ["Grüße", []],
    ["🎉", ["m6"]],
    ["[a-z]{2}|/x/", ["m7"]],
    ["message", []],
    ["m1", []],
    ["", []],
    [" \n", []],
  ];
  for (const [query, found] of expected) expect([query, await ids(query)]).toEqual([query, found]);
});

test("a snippet is a line of bounded length, without what could hide or reorder, and its ranges stay true", async () => {
  using temp = tempDir();
  const around = "🎉".repeat(200);
  saved(temp.path, a, eventsOf([user(1, `${around}\n\u202eneedle\u001b[2J and needle\r\n${around}`)]));
  const [match] = await find(temp.path, "needle");
  expect(marked(match ? [match] : [])).toEqual([
    `a m1 user …${"🎉".repeat(29)}  [needle] [2J and [needle]  ${"🎉".repeat(51)}…`,
  ]);
});

test("the number of matches is bounded, in all and of one session", async () => {
  using temp = tempDir();
  const many = eventsOf(Array.from({ length: 50 }, (_, index) => user(index + 1, "needle")));
  for (const [index, letter] of ["a", "b", "c"].entries()) saved(temp.path, letter.repeat(12), many, 1_000 + index);
  const shown = async (options: FindOptions) =>
    (await find(temp.path, "needle", options)).map(({ session, messageId }) => `${session[0]}${messageId}`);
  expect(await shown({ limit: 5, perSession: 2 })).toEqual(["cm50", "cm49", "bm50", "bm49", "am50"]);
  expect(await shown({ limit: 3 })).toEqual(["cm50", "cm49", "cm48"]);
  expect((await shown({})).length).toBe(60);
});

test("a search that is stopped, or whose reader leaves, reads no further", async () => {
  using temp = tempDir();
  for (const letter of ["a", "b", "c"]) saved(temp.path, letter.repeat(12), eventsOf([user(1, "needle")]));
  const sessions = await new Shelf(temp.path).list();
  const stop = new AbortController();
  const found: string[] = [];
  for await (const { session } of findInSessions(sessions, "needle", { signal: stop.signal })) {
    found.push(session);
    stop.abort();
  }
  expect(found.length).toBe(1);
  expect(await find(temp.path, "needle", { signal: AbortSignal.abort() })).toEqual([]);
});

test("damaged lines and sessions that are gone cost only themselves", async () => {
  using temp = tempDir();
  const dir = saved(temp.path, a, eventsOf([user(1, "needle")]));
  appendFileSync(
    join(dir, sessionFile),
    `needle\n{"type":"message","needle":1}\n${JSON.stringify(oneOfEach[1])}\n{"type":"mess needle`,
  );
  const gone = saved(temp.path, "bbbbbbbbbbbb", eventsOf([user(1, "needle")]));
  const sessions = await new Shelf(temp.path).list();
  rmSync(gone, { recursive: true });
  expect(marked(await Array.fromAsync(findInSessions(sessions, "needle")))).toEqual(["a m1 user [needle]"]);
  expect(marked(await Array.fromAsync(findInSessions(sessions, "hello")))).toEqual(["a m1 user [hello]"]);
});
