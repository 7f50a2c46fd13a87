/** Has hooks look at what is said to an agent before it hears of it; what is said in the meantime waits its turn. */
import type { Command } from "./command.ts";
import { SagentError } from "./error.ts";
import type { Hooks } from "./hooks.ts";
import type { Input } from "./machine-state.ts";

/** A hook did not let a prompt through. */
export class PromptRefusedError extends SagentError {
  readonly code = "hook";
  constructor(data: { readonly reason: string }) {
    super(`A hook refused the prompt: ${data.reason || "it gave no reason."}`, {
      hint: "Nothing was sent. Say it in other words, or change the hook.",
    });
  }
}

export interface HearingOptions {
  /** Everything is heard at once where there are none. */
  readonly hooks: Hooks | undefined;
  readonly agent: string;
  readonly send: (input: Input) => void;
}

export class Hearing implements AsyncDisposable {
  readonly #options: HearingOptions;
  readonly #stop = new AbortController();
  /** Prompts that are being looked at, and those that wait for them. */
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: HearingOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** What is no prompt is handed on at once. */
  take(command: Command): void {
    const { hooks, agent, send } = this.#options;
    const { signal } = this.#stop;
    if (command.type !== "prompt") return send({ type: "command", command });
    const verdict = hooks?.prompt({ agent, text: command.text, signal });
    if (!verdict && this.#waiting === 0) return send({ type: "command", command });
    this.#waiting += 1;
    this.#last = Promise.all([verdict, this.#last]).then(([said]) => {
      this.#waiting -= 1;
      if (signal.aborted) return;
      if (said?.type === "refuse") {
        return send({ type: "objected", error: new PromptRefusedError({ reason: said.reason }).toInfo() });
      }
      send({
        type: "command",
        command: said?.note ? { ...command, text: withNote(command.text, said.note) } : command,
      });
    });
  }

  /** A hook ends the work here. */
  halt(reason: string): void {
    const { send } = this.#options;
    send({ type: "objected", error: { code: "hook", message: `A hook stopped the agent: ${reason}` } });
    send({ type: "command", command: { type: "halt" } });
  }

  /** What is still looked at is never heard. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#last;
  }
}

const withNote = (text: string, note: string) => `${text}\n\n<hook-context>\n${note}\n</hook-context>`;
