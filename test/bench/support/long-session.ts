/** Sessions with a long history of small entries. */
import type { EventBody } from "../../../agent/event.ts";
import { type Message, noUsage } from "../../../agent/message.ts";
import { Session } from "../../../agent/session.ts";

const settings = {
  effort: "none",
  thinkingBudget: "none",
  thinkingOutput: "none",
  tier: "auto",
  cacheTtlSec: 0,
} as const;

/**
 * Makes a session in `dir` with `entries` entries: rounds of a call and its result. `compacted` puts a marker behind all
 * but the last ten, so that the model sees only those.
 */
export async function makeSession(dir: string, entries: number, cwd: string, compacted: boolean): Promise<void> {
  await using session = await Session.create(dir);
  const model = { provider: "bench", model: "rounds" };
  let seq = 0;
  const append = (body: EventBody) =>
    session.append({ ...body, seq: ++seq, agent: "main", at: 1_800_000_000_000 + seq });
  append({ type: "started", protocol: 1, sessionId: session.id, model, settings, cwd, resumed: false });
  for (let at = 1; at <= entries; at++) append({ type: "message", message: entry(at) });
  if (compacted) {
    append({ type: "compacted", upTo: `m${entries - 10}`, summary: "Much was done.", tokensBefore: 9, tokensAfter: 1 });
  }
  append({ type: "idle", reason: "done" });
  await session.flush();
}

/** Odd ids are answers with a call, even ones its result; the first is the prompt and the last an answer in words. */
function entry(at: number): Message {
  const base = { id: `m${at}`, at } as const;
  if (at === 1) return { ...base, type: "user", text: "Look at every file." };
  const callId = `c${Math.floor(at / 2)}` as const;
  if (at % 2 === 1) {
    const text = `File ${at} has nothing of note.`;
    return { ...base, type: "toolResult", callId, name: "Read", kind: "final", isError: false, text };
  }
  return {
    ...base,
    type: "assistant",
    origin: { provider: "bench", model: "rounds" },
    parts: [{ type: "toolCall", callId, name: "Read", args: { file_path: `src/file-${at}.ts` } }],
    stopReason: "toolUse",
    usage: noUsage,
    costUsd: 0,
  };
}
