/**
 * The one WebSocket of a page: its frames are checked here, synchronously, before anything is done, and what is asked twice
 * under the same key, as a page does after a cut, is done once.
 */
import { SagentError, toErrorInfo, UsageError } from "../agent/error.ts";
import type { CallLink } from "../agent/fleet-port.ts";
import { Client, type Wire } from "./client.ts";
import { sendSaid } from "./command-send.ts";
import type { PageModels } from "./page-models.ts";
import type { ServerFrame } from "./protocol.ts";
import { type ClientFrame, clientFrameSchema } from "./protocol-schema.ts";
import type { Pulls } from "./pulls.ts";
import { TerminalLink } from "./terminal-link.ts";
import type { Workspace } from "./workspace.ts";

export interface SocketLimits {
  readonly maxPayloadLength: number;
  readonly backpressureLimit: number;
  readonly closeOnBackpressureLimit: boolean;
  /** Seconds without a frame or a pong, after which a connection counts as dead. */
  readonly idleTimeout: number;
  readonly perMessageDeflate: boolean;
}

/** A prompt with images is the largest frame; a client that reads nothing costs at most `backpressureLimit`. */
export const socketLimits: SocketLimits = {
  maxPayloadLength: 48 * 1024 * 1024,
  backpressureLimit: 16 * 1024 * 1024,
  closeOnBackpressureLimit: true,
  idleTimeout: 60,
  perMessageDeflate: false,
};

type Keyed = Extract<ClientFrame, { key: string }>;

/** What requests came to, by key, so that one sent again is answered and not done again. */
export class Requests {
  readonly #answers = new Map<string, Promise<ServerFrame>>();

  once(key: string, work: () => Promise<unknown>): Promise<ServerFrame> {
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = work().then(
      (value): ServerFrame => ({ type: "done", key, ...(value === undefined ? {} : { value }) }),
      (error: unknown): ServerFrame => ({ type: "done", key, error: toErrorInfo(error) }),
    );
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > 2_000 && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}

export interface SocketHost {
  readonly workspace: Workspace;
  readonly requests: Requests;
  readonly pulls: Pulls;
  readonly pageModels: PageModels;
  readonly hello: ServerFrame;
}

export class Connection {
  readonly #host: SocketHost;
  readonly #client: Client;
  readonly #wire: Wire;
  readonly #terminals: TerminalLink;

  constructor(host: SocketHost, wire: Wire) {
    this.#host = host;
    this.#wire = wire;
    this.#client = new Client(wire);
    this.#terminals = new TerminalLink(host.workspace, this.#client);
    this.#client.send(host.hello);
    void host.workspace.enter(this.#client).catch(() => wire.close(1011, "The sessions could not be read."));
  }

  /** Takes a frame as the socket's owner hands it over: a text, or what an over-eager parser made of one. */
  take(data: unknown): void {
    const parsed = clientFrameSchema.safeParse(typeof data === "string" ? parse(data) : data);
    if (!parsed.success) return this.#wire.close(1008, "A frame did not fit; reload the page.");
    void this.#perform(parsed.data).catch((error: unknown) => {
      if (!(error instanceof SagentError)) process.emitWarning(error instanceof Error ? error : String(error));
    });
  }

  drained(): void {
    if (!this.#client.drained()) return;
    void this.#host.workspace.enter(this.#client);
    for (const { hub } of this.#host.workspace.here) hub.resync(this.#client);
    this.#terminals.resume();
  }

  closed(): void {
    this.#client.closed();
    this.#terminals[Symbol.dispose]();
    this.#host.workspace.leave(this.#client);
    this.#host.pageModels.left(this.#client);
  }

  async #perform(frame: ClientFrame): Promise<void> {
    const { workspace } = this.#host;
    switch (frame.type) {
      case "join":
        return this.#join(frame.session);
      case "leave":
        workspace.get(frame.session)?.hub.leave(this.#client);
        return workspace.watched(frame.session);
      case "ping":
        return this.#client.send({ type: "pong" });
      case "watch":
        return this.#watch(frame);
      case "unwatch":
        return workspace.get(frame.session)?.hub.unwatch(this.#client, frame.agent);
      case "older": {
        const page = workspace.get(frame.session)?.hub.older(frame.agent, frame.before);
        return page && this.#client.send(page);
      }
      case "command":
      case "create":
      case "spawn":
      case "reload":
      case "pull":
      case "terminalOpen":
        return this.#client.send(await this.#host.requests.once(frame.key, () => this.#request(frame)));
      case "models":
        return this.#host.pageModels.take(this.#client, frame);
      case "pullCancel":
        return this.#host.pulls.cancel(frame.name);
      default:
        return this.#terminals.take(frame);
    }
  }

  /** A session that cannot be loaded is said so, and the page goes elsewhere. */
  async #join(session: string): Promise<void> {
    const { workspace } = this.#host;
    try {
      const { hub, terminals } = await workspace.load(session);
      hub.join(this.#client);
      workspace.watched(session);
      this.#client.send({ type: "terminals", session, terminals: terminals.list() });
    } catch (error) {
      this.#client.send({ type: "done", key: `join:${session}`, error: toErrorInfo(error) });
    }
  }

  async #watch({ session, agent, epoch, seq }: Extract<ClientFrame, { type: "watch" }>): Promise<void> {
    const loaded = await this.#host.workspace.load(session).catch(() => undefined);
    if (!loaded) return;
    if (loaded.hub.watch(this.#client, agent, epoch, seq)) return;
    const error = new UsageError(`This session has no agent "${agent}".`).toInfo();
    this.#client.send({ type: "done", key: `watch:${session}/${agent}`, error });
  }

  async #request(frame: Keyed): Promise<unknown> {
    const { workspace, pulls } = this.#host;
    switch (frame.type) {
      case "command": {
        const { composed } = await workspace.load(frame.session);
        const reached = await sendSaid(composed.extensions.commands, composed.fleet, frame.target, frame.command);
        await composed.session?.flush();
        return { reached };
      }
      case "create":
        return { session: (await workspace.create(frame)).id };
      case "spawn": {
        const { composed } = await workspace.load(frame.session);
        const { key: _, type: _type, session: _session, parent, ...request } = frame;
        // The child is the person's own: nobody but them is told of its answers.
        await composed.fleet.spawn(
          parent,
          { ...withoutUndefined(request), persistent: true, notify: false },
          byPerson(),
        );
        return undefined;
      }
      case "reload": {
        const { composed } = await workspace.load(frame.session);
        return { text: await composed.extensions.reload() };
      }
      case "pull":
        return pulls.start(frame.name);
      case "terminalOpen":
        return this.#terminals.open(frame);
    }
  }
}

/** What a spawn by a tool has of its call. */
const byPerson = (): CallLink => ({ callId: "c0", signal: new AbortController().signal, progress: () => {} });

type Given<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** Without the names whose value is undefined, which an exact type does not allow. */
function withoutUndefined<T extends object>(object: T): Given<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
