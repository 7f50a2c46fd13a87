/** A page's terminals: frames to a shell, and a shell's bytes to the page as it acknowledges them. */
import type { Client } from "./client.ts";
import type { ClientFrame } from "./protocol-schema.ts";
import type { Terminal } from "./pty-terminal.ts";
import type { Attachment } from "./pty-viewer.ts";
import type { Loaded, Workspace } from "./workspace.ts";

type TerminalFrame = Extract<ClientFrame, { type: `terminal${string}` }>;
type OpenFrame = Extract<ClientFrame, { type: "terminalOpen" }>;

export class TerminalLink implements Disposable {
  readonly #workspace: Workspace;
  readonly #client: Client;
  readonly #attached = new Map<string, Attachment>();

  constructor(workspace: Workspace, client: Client) {
    this.#workspace = workspace;
    this.#client = client;
  }

  /** A new shell in the project's directory. Throws `UsageError` where there are too many. */
  async open({ session, cols, rows }: OpenFrame): Promise<{ terminal: string }> {
    const loaded = await this.#workspace.load(session);
    const terminal = loaded.terminals.open({ cols, rows });
    this.#tell(loaded);
    void terminal.ended.then(() => this.#tell(loaded));
    return { terminal: terminal.id };
  }

  take(frame: Exclude<TerminalFrame, OpenFrame>): void {
    const found = this.#find(frame.terminal);
    if (!found) return this.#client.send({ type: "terminalExit", terminal: frame.terminal, code: null });
    const [terminal, loaded] = found;
    switch (frame.type) {
      case "terminalAttach":
        return this.#attach(terminal);
      case "terminalDetach":
        this.#attached.get(frame.terminal)?.[Symbol.dispose]();
        return void this.#attached.delete(frame.terminal);
      case "terminalInput":
        return terminal.write(frame.data);
      case "terminalResize":
        return terminal.resize(frame.cols, frame.rows);
      case "terminalAck":
        return this.#attached.get(frame.terminal)?.ack(frame.bytes);
      case "terminalClose":
        return void terminal.close().finally(() => this.#tell(loaded));
    }
  }

  [Symbol.dispose](): void {
    for (const attachment of this.#attached.values()) attachment[Symbol.dispose]();
    this.#attached.clear();
  }

  #attach(terminal: Terminal): void {
    const { id } = terminal;
    this.#attached.get(id)?.[Symbol.dispose]();
    const attachment = terminal.attach({
      data: (data, reset) =>
        this.#client.send({ type: "terminalData", terminal: id, data, ...(reset ? { reset } : {}) }),
      exit: (code) => this.#client.send({ type: "terminalExit", terminal: id, code }),
    });
    this.#attached.set(id, attachment);
  }

  #find(id: string): readonly [Terminal, Loaded] | undefined {
    for (const loaded of this.#workspace.here) {
      const terminal = loaded.terminals.get(id);
      if (terminal) return [terminal, loaded];
    }
    return undefined;
  }

  #tell(loaded: Loaded): void {
    const frame = { type: "terminals", session: loaded.id, terminals: loaded.terminals.list() } as const;
    for (const client of this.#workspace.clients) client.send(frame);
  }
}
