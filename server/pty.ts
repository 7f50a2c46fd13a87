/** The terminals of a session: shells in the project's directory. */
import { isAbsolute } from "node:path";
import { UsageError } from "../agent/error.ts";
import { isProgram } from "../tools/program.ts";
import { Terminal, type TerminalSize, type TerminalState } from "./pty-terminal.ts";

export interface TerminalsOptions {
  readonly cwd: string;
  /** All that shells get; whoever makes it leaves secrets out. */
  readonly env: Readonly<Record<string, string>>;
  /** Instead of `$SHELL`, or bash, or sh. */
  readonly shell?: string;
  /** How many may be open at once: 8. */
  readonly max?: number;
}

export class Terminals implements AsyncDisposable {
  readonly #options: TerminalsOptions;
  readonly #terminals = new Map<string, Terminal>();

  constructor(options: TerminalsOptions) {
    this.#options = options;
  }

  /** Starts a shell. Throws `UsageError` where there are too many, for a size that is no number, and when the shell cannot start. */
  open(size: TerminalSize): Terminal {
    this.#makeRoom();
    const { cwd, env, shell = findShell(env) } = this.#options;
    const terminal = new Terminal({ shell, cwd, env, size });
    this.#terminals.set(terminal.id, terminal);
    void terminal.closed.then(() => this.#terminals.delete(terminal.id));
    return terminal;
  }

  get(id: string): Terminal | undefined {
    return this.#terminals.get(id);
  }

  /** Also those whose shell ended, until they are closed or their place is needed. Oldest first. */
  list(): TerminalState[] {
    return [...this.#terminals.values()].map((terminal) => terminal.state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.close()));
  }

  #makeRoom(): void {
    const max = this.#options.max ?? 8;
    if (this.#terminals.size < max) return;
    const ended = this.list().find(({ running }) => !running);
    if (!ended) {
      throw new UsageError(`There are ${max} terminals open, as many as there may be; no other was opened.`, {
        hint: "Close one first.",
      });
    }
    void this.#terminals.get(ended.id)?.close();
    this.#terminals.delete(ended.id);
  }
}

function findShell(env: Readonly<Record<string, string>>): string {
  const { SHELL = "" } = env;
  const shells = [SHELL, "/bin/bash", "/usr/bin/bash"];
  return shells.find((shell) => isAbsolute(shell) && isProgram(shell)) ?? "/bin/sh";
}
