/** A page's terminals: frames to a shell, and a shell's bytes to the page as it acknowledges them. */
import type { Client } from "./client.ts";
import type { ServerFrame } from "./protocol.ts";
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

  /** What is meant for a terminal that is gone is left; who wants to look at it is told that it has ended. */
  take(frame: Exclude<TerminalFrame, OpenFrame>): void {
    if (frame.type === "terminalDetach") return this.#detach(frame.terminal);
    const [terminal, loaded] = this.#find(frame.terminal) ?? [];
    if (!terminal || !loaded) {
      this.#detach(frame.terminal);
      if (frame.type !== "terminalAttach") return;
      return this.#client.send({ type: "terminalExit", terminal: frame.terminal, code: null });
    }
    switch (frame.type) {
      case "terminalAttach":
        return this.#attach(terminal);
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

  /** A page that had stopped reading reads again; what it was sent meanwhile is lost, so it is shown all of it anew. */
  resume(): void {
    for (const loaded of this.#workspace.here) this.#client.send(listOf(loaded));
    for (const terminal of [...this.#attached.keys()]) this.take({ type: "terminalAttach", terminal });
  }

  [Symbol.dispose](): void {
    for (const id of this.#attached.keys()) this.#detach(id);
  }

  #detach(id: string): void {
    this.#attached.get(id)?.[Symbol.dispose]();
    this.#attached.delete(id);
  }

  #attach(terminal: Terminal): void {
    const { id } = terminal;
    this.#detach(id);
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
    for (const client of this.#workspace.clients) client.send(listOf(loaded));
  }
}

function listOf({ id, terminals }: Loaded): ServerFrame {
  return { type: "terminals", session: id, terminals: terminals.list() };
}
