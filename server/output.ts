/** What headless runs write: payload to stdout, everything else to stderr. */
import type { ErrorInfo } from "../agent/error.ts";
import type { AgentEvent, EventType } from "../agent/event.ts";
import type { Share } from "../agent/ledger.ts";
import { noUsage, type Usage } from "../agent/message.ts";
import { redact } from "../providers/auth.ts";
import { isTerminal, writeErr, writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import type { ProviderWindows } from "./windows.ts";

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
  readonly agents?: readonly Share[];
  /** Rate and usage windows of the providers that told any. */
  readonly limits?: readonly ProviderWindows[];
  readonly output?: unknown;
  readonly error?: ErrorInfo;
}

export function writeResult(result: Result, env: Env): Promise<void> {
  const {
    content,
    error,
    sessionId = "",
    usage = noUsage,
    costUsd = 0,
    rounds = 0,
    stopReason = null,
    agents = [],
    limits = [],
    output,
  } = result;
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
    agents,
    ...(limits.length > 0 && { limits }),
    ...(output !== undefined && { output }),
    ...(error && { error }),
  };
  return writeOut(`${error ? redact(JSON.stringify(object), env) : JSON.stringify(object)}\n`);
}

const mayQuoteSecrets: ReadonlySet<EventType> = new Set<EventType>([
  "error",
  "retry",
  "suspended",
  "switched",
  "compactFailed",
  "switchFailed",
]);

/** One line of stream-json. */
export function eventLine(event: AgentEvent, env: Env): string {
  const line = JSON.stringify(event);
  return `${mayQuoteSecrets.has(event.type) ? redact(line, env) : line}\n`;
}

/** The answer itself: as it is for a program, made safe for a terminal. */
export function writeAnswer(text: string): Promise<void> {
  return writeOut(`${isTerminal("stdout") ? printable(text) : text}\n`);
}

/** Whether writing failed because nobody reads any more, which is nobody's mistake. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

/** An error as a person reads it on stderr. */
export function describe(error: ErrorInfo, env: Env): string {
  const hint = error.hint ? `\n  ${error.hint}` : "";
  return `${printable(redact(`sagent: ${error.message}${hint}`, env))}\n`;
}

/** A note for the person, on stderr. */
export function note(text: string): void {
  writeErr(`sagent: ${printable(text)}\n`);
}
