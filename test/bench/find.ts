/** Words sought in the 1,000 sessions of a project, 200 KB each: found nowhere, in one of them, in the newest, in no text but every line; and the list of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EventBody } from "../../agent/event.ts";
import { noUsage, type ToolCallPart } from "../../agent/message.ts";
import { sessionFile } from "../../agent/session.ts";
import { findInSessions } from "../../server/find.ts";
import { Shelf } from "../../server/shelf.ts";
import { tempDir } from "../support/temp-dir.ts";
import { median, printMetric } from "./metric.ts";

const sessions = 1_000;
const rounds = 60;
const runs = 5;

const origin = { provider: "bench", model: "find" };
const code = Array.from({ length: 60 }, (_, index) => `  const value${index} = compute(${index}) ?? fallback;`);

/** A conversation of rounds of a call and its result, of 3 KB each; one in a thousand says `needle`. */
function sessionText(number: number): string {
  const text = code.join("\n");
  const bodies = Array.from({ length: rounds }, (_, round): EventBody[] => {
    const callId = `c${round + 1}` as const;
    const message = `m${2 * round + 2}` as const;
    const call: ToolCallPart = {
      type: "toolCall",
      callId,
      name: "Read",
      args: { file_path: `src/${number}-${round}.ts` },
    };
    const base = { id: message, at: round, origin, costUsd: 0.01, usage: noUsage } as const;
    const read = { id: `m${2 * round + 3}`, at: round, callId, name: "Read", kind: "final", isError: false } as const;
    return [
      { type: "message", message: { ...base, type: "assistant", parts: [call], stopReason: "toolUse" } },
      { type: "callEnded", message, usage: noUsage, costUsd: 0.01, totalCostUsd: 0.01 * round, durationMs: 9 },
      { type: "message", message: { ...read, type: "toolResult", text: round > 0 ? text : `# ${number}` } },
    ];
  });
  const prompt = number === sessions / 2 ? "Look for a needle." : `Look at part ${number}.`;
  const all: EventBody[] = [
    { type: "message", message: { id: "m1", at: 1, type: "user", text: prompt } },
    ...bodies.flat(),
  ];
  return all
    .map((body, index) => `${JSON.stringify({ seq: index + 1, agent: "main", at: index, ...body })}\n`)
    .join("");
}

using dir = tempDir();
for (let number = 0; number < sessions; number++) {
  const place = join(dir.path, number.toString(16).padStart(12, "0"));
  mkdirSync(place);
  writeFileSync(join(place, sessionFile), sessionText(number));
}
const shelf = new Shelf(dir.path);
const listStartedAt = performance.now();
const rows = await shelf.list();
printMetric("find.list.first", performance.now() - listStartedAt, "ms", 1);
const listTimes: number[] = [];
for (let run = 0; run < 20; run++) {
  const startedAt = performance.now();
  await shelf.list();
  listTimes.push(performance.now() - startedAt);
}
printMetric("find.list.again", median(listTimes), "ms", listTimes.length);
const cases = [
  ["none", "nowhere to be found", 0],
  ["one", "needle", 1],
  ["common", "fallback", 200],
  ["keys", "toolResult", 0],
] as const;
for (const [name, query, expected] of cases) {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    const found = await Array.fromAsync(findInSessions(rows, query));
    times.push(performance.now() - startedAt);
    if (found.length !== expected) throw new Error(`"${query}" was found ${found.length} times.`);
  }
  printMetric(`find.${name}`, median(times), "ms", runs);
}
