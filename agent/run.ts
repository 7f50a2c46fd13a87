/** One piece of work: from a prompt to the next time nothing runs. */
import { type ErrorInfo, OutputError } from "./error.ts";
import type { AgentEvent, EndReason } from "./event.ts";
import { type Attachment, addUsage, noUsage, type StopReason, textOf, type Usage } from "./message.ts";
import type { OutputPrompt, WantedOutput } from "./output.ts";
import { EventStream } from "./stream.ts";

export interface Prompt {
  readonly text: string;
  readonly attachments?: readonly Attachment[];
}

/** The words and files of any kind of prompt. */
export function promptOf(given: string | Prompt | OutputPrompt<unknown>) {
  if (typeof given === "string") return { text: given };
  const { attachments } = given;
  return {
    text: "text" in given ? given.text : given.prompt,
    ...(attachments ? { attachments: [...attachments] } : {}),
  };
}

/** `Output` is what an `OutputPrompt` asks for. */
export interface RunResult<Output = never> {
  /** Text of the last answer. */
  readonly content: string;
  /** How the work ended. */
  readonly reason: EndReason;
  /** Why the model's last answer stopped; null where there was none. */
  readonly stopReason: StopReason | null;
  /** Tokens of this run. */
  readonly usage: Usage;
  /** USD of this run. */
  readonly costUsd: number;
  /** Rounds of tools in this run. */
  readonly rounds: number;
  /** Empty where nothing is saved. */
  readonly sessionId: string;
  /** What was asked for; absent where it could not be had, and then `error` or `reason` says why. */
  readonly output?: Output;
  readonly error?: ErrorInfo;
}

/** Await it for the result; iterate it, from the task that called `run` on, for every event of the run. */
export type Run<Output = never> = Promise<RunResult<Output>> & AsyncIterable<AgentEvent>;

/** Makes a result of an agent's events. */
export class RunRecord {
  #so: { -readonly [Key in keyof RunResult]: RunResult[Key] };
  readonly #wanted: WantedOutput | undefined;

  constructor(sessionId: string, wanted?: WantedOutput) {
    this.#wanted = wanted;
    const nothing = { content: "", reason: "done", stopReason: null, usage: noUsage, costUsd: 0, rounds: 0 } as const;
    this.#so = { ...nothing, sessionId };
  }

  note(event: AgentEvent): void {
    const so = this.#so;
    if (event.type === "error") so.error = event.error;
    if (event.type === "idle") {
      so.reason = event.reason;
      // What failed and then went well in the end is no failure.
      if (event.reason === "done") delete so.error;
    }
    if (event.type === "callEnded") {
      so.usage = addUsage(so.usage, event.usage);
      so.costUsd += event.costUsd;
    }
    if (event.type !== "message" || event.message.type !== "assistant") return;
    so.content = textOf(event.message);
    so.stopReason = event.message.stopReason;
    if (event.message.parts.some((part) => part.type === "toolCall")) so.rounds += 1;
  }

  fail(error: ErrorInfo): void {
    this.#so.error ??= error;
    this.#so.reason = "error";
  }

  get result(): RunResult<unknown> {
    const { reason, error } = this.#so;
    const found = this.#wanted?.found;
    if (found && reason === "done") return { ...this.#so, output: found.value };
    const problem = this.#wanted && !error ? incomplete[reason] : undefined;
    return problem === undefined ? { ...this.#so } : { ...this.#so, error: new OutputError({ problem }).toInfo() };
  }
}

/** Ends without an error of their own that leave no value. */
const incomplete: Partial<Record<EndReason, string>> = {
  done: "the model did not give one",
  truncated: "it was cut at its length limit",
  refused: "the model refused",
};

/** The agent's end of a run. */
export class RunDriver {
  readonly run: Run<unknown>;
  readonly #stream = new EventStream();
  readonly #result = Promise.withResolvers<RunResult<unknown>>();
  #isRead = false;
  readonly #record: RunRecord;
  /** Events are kept for a reader who came, and until the present task ends for one who may come. */
  #keeps = true;

  constructor(sessionId: string, wanted?: WantedOutput) {
    this.#record = new RunRecord(sessionId, wanted);
    queueMicrotask(() => this.#forgetUnread());
    this.run = Object.assign(this.#result.promise, { [Symbol.asyncIterator]: () => this.#iterate() });
  }

  /** Takes an event; the one that says idle completes the run. Returns whether it did. */
  take(event: AgentEvent): boolean {
    if (this.#keeps) this.#stream.push(event);
    this.#record.note(event);
    if (event.type !== "idle") return false;
    this.#finish();
    return true;
  }

  /** Ends the run from outside: the agent was closed. */
  stop(error: ErrorInfo): void {
    this.#record.fail(error);
    this.#finish();
  }

  #iterate(): AsyncIterator<AgentEvent> {
    this.#isRead = true;
    this.#keeps = true;
    return this.#stream;
  }

  #forgetUnread(): void {
    if (this.#isRead) return;
    this.#keeps = false;
    this.#stream.drop();
  }

  #finish(): void {
    this.#stream.end();
    this.#result.resolve(this.#record.result);
  }
}
