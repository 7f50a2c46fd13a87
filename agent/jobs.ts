/** The running calls of one agent: what they are, how long they run, and what they have put out so far. */
import type { Clock } from "./clock.ts";
import type { Command } from "./command.ts";
import type { JobPort, JobReport } from "./fleet-port.ts";
import type { CallId } from "./message.ts";
import type { ToolProgress } from "./tool.ts";

export interface JobsOptions {
  readonly clock: Clock;
  /** The call's slot holds a stub, and the next model call does not wait for it. */
  readonly isBackground: (call: CallId) => boolean;
  /** The agent's own door, so that a call that is stopped from here ends as any other does. */
  readonly command: (command: Extract<Command, { type: "kill" | "undetach" }>) => void;
}

interface Job {
  readonly name: string;
  readonly label: string;
  /** Null until the tool runs. */
  startedAt: number | null;
  output: string;
}

/** Most characters that are kept of what a call puts out: the last ones. */
export const outputChars = 20_000;

/** What tools may do with calls, and how dispatch tells of them. */
export class Jobs implements JobPort {
  readonly #options: JobsOptions;
  readonly #running = new Map<CallId, Job>();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  list(): readonly JobReport[] {
    const { clock, isBackground } = this.#options;
    return [...this.#running].map(([call, { name, label, startedAt }]) => {
      const runningMs = startedAt === null ? 0 : clock.now() - startedAt;
      return { call, name, label, background: isBackground(call), runningMs };
    });
  }

  output(call: CallId): string | undefined {
    return this.#running.get(call)?.output.slice(-outputChars).toWellFormed();
  }

  cancel(call: CallId): boolean {
    if (!this.#running.has(call)) return false;
    this.#options.command({ type: "kill", call });
    return true;
  }

  foreground(call: CallId): boolean {
    if (!this.#running.has(call) || !this.#options.isBackground(call)) return false;
    this.#options.command({ type: "undetach", call });
    return true;
  }

  /** A call was accepted; its tool starts now or later. */
  add(call: CallId, name: string, label: string): void {
    this.#running.set(call, { name, label, startedAt: null, output: "" });
  }

  started(call: CallId): void {
    const job = this.#running.get(call);
    if (job) job.startedAt = this.#options.clock.now();
  }

  /** Cut at twice what is kept, so that many small pieces cost little. */
  heard(call: CallId, news: ToolProgress): void {
    const job = this.#running.get(call);
    if (!job) return;
    job.output += news.type === "output" ? news.text : `${news.text}\n`;
    if (job.output.length > 2 * outputChars) job.output = job.output.slice(-outputChars);
  }

  ended(call: CallId): void {
    this.#running.delete(call);
  }
}
