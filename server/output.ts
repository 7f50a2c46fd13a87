/** What headless runs write: payload to stdout, everything else to stderr. */
import type { ErrorInfo } from "../agent/error.ts";
import type { AgentEvent, EventType } from "../agent/event.ts";
import { noUsage, type Usage } from "../agent/message.ts";
import { redact } from "../providers/auth.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The one object that ends json and stream-json output, in success and in failure. */
export interface Result {
  readonly content: string;
  readonly reason?: string;
  readonly stopReason?: string | null;
  readonly usage?: Usage;
  readonly costUsd?: number;
  readonly rounds?: number;
  readonly sessionId?: string;
  readonly error?: ErrorInfo;
}

export function writeResult(result: Result, env: Env): Promise<void> {
  const { content, error, sessionId = "", usage = noUsage, costUsd = 0, rounds = 0, stopReason = null } = result;
  const reason = result.reason ?? (error ? "error" : "done");
  const object = {
    type: "result",
    content,
    reason,
    stopReason,
    usage,
    costUsd,
    rounds,
    sessionId,
    ...(error && { error }),
  };
  return writeOut(`${error ? redact(JSON.stringify(object), env) : JSON.stringify(object)}\n`);
}

const mayQuoteSecrets: ReadonlySet<EventType> = new Set<EventType>(["error", "retry", "compactFailed", "switchFailed"]);

/** One line of stream-json. */
export function eventLine(event: AgentEvent, env: Env): string {
  const line = JSON.stringify(event);
  return `${mayQuoteSecrets.has(event.type) ? redact(line, env) : line}\n`;
}

/** Writes all of it, waiting for a slow reader. Rejects when the reader is gone. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}

/** An error as a person reads it on stderr. */
export function describe(error: ErrorInfo, env: Env): string {
  const hint = error.hint ? `\n  ${error.hint}` : "";
  return `${redact(`sagent: ${error.message}${hint}`, env)}\n`;
}

/** A note for the person, on stderr. */
export function note(text: string): void {
  process.stderr.write(`sagent: ${text}\n`);
}
