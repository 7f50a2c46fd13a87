/**
 * The sessions of a project that are loaded here, each a fleet with its hub and its terminals. Work goes on whether or not
 * anybody watches; what rests unwatched for a while is unloaded, for its file holds all of it.
 */
import { realpathSync } from "node:fs";
import { UsageError } from "../agent/error.ts";
import type { AgentEvent } from "../agent/event.ts";
import { Changes } from "./changes.ts";
import type { Client } from "./client.ts";
import { sendSaid } from "./command-send.ts";
import { type Composed, compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { Git } from "./git.ts";
import { Hub } from "./hub.ts";
import type { Models } from "./models.ts";
import { Originals } from "./originals.ts";
import type { ClientFrame, SessionRow } from "./protocol.ts";
import { Terminals } from "./pty.ts";
import { knobsOf } from "./settings.ts";
import type { ShelfRow } from "./shelf.ts";
import { toldOf } from "./told.ts";

type Env = Readonly<Record<string, string | undefined>>;

type NewSession = Omit<Extract<ClientFrame, { type: "create" }>, "type" | "key">;

export interface Loaded {
  readonly id: string;
  readonly composed: Composed;
  readonly hub: Hub;
  readonly terminals: Terminals;
  readonly changes: Changes;
  readonly originals: Originals;
}

export interface WorkspaceOptions {
  readonly config: Config;
  readonly env: Env;
  readonly models: Models;
  /** The sessions on the disk, newest first. */
  readonly list: () => Promise<readonly ShelfRow[]>;
  /** What children of terminals get. */
  readonly childEnv: Readonly<Record<string, string>>;
  readonly unloadAfterMs?: number;
}

const rowsMs = 250;

export class Workspace implements AsyncDisposable {
  readonly #options: WorkspaceOptions;
  readonly #loaded = new Map<string, Promise<Loaded>>();
  readonly #here = new Map<string, Loaded>();
  readonly #unloads = new Map<string, Timer>();
  readonly #clients = new Set<Client>();
  #rowsTimer: Timer | undefined;
  #closing = false;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  get clients(): ReadonlySet<Client> {
    return this.#clients;
  }

  /** The sessions that are loaded, in no order. */
  get here(): readonly Loaded[] {
    return [...this.#here.values()];
  }

  async enter(client: Client): Promise<void> {
    this.#clients.add(client);
    client.send({ type: "sessions", rows: await this.rows() });
  }

  leave(client: Client): void {
    this.#clients.delete(client);
    for (const { hub } of this.#here.values()) {
      hub.leave(client);
      this.#considerUnload(hub.session);
    }
  }

  /** The session of this id, loaded where it is not. Throws `SagentError`. */
  async load(id: string): Promise<Loaded> {
    if (this.#closing) throw new UsageError("The workspace is closing.");
    const known = this.#loaded.get(id);
    if (known) return known;
    const { config } = this.#options;
    const { provider: _, model: _model, prompt: _prompt, ...rest } = config;
    const choice = { type: "byId", id } as const;
    return this.#load(id, { ...rest, prompt: undefined, provider: undefined, model: undefined, session: choice });
  }

  get(id: string): Loaded | undefined {
    return this.#here.get(id);
  }

  /** A new session, begun with its first message. Throws `SagentError`, and then there is none. */
  async create({ text, attachments, provider, model, settings }: NewSession): Promise<Loaded> {
    const { config } = this.#options;
    const chosen = provider !== undefined || model !== undefined;
    const loaded = await this.#load(undefined, {
      ...config,
      session: { type: "new" },
      provider: chosen ? provider : config.provider,
      model: chosen ? model : config.model,
      knobs: { ...config.knobs, ...(settings ? knobsOf(settings) : {}) },
    });
    const { agent, fleet, extensions } = loaded.composed;
    const first = { type: "prompt", text, ...(attachments ? { attachments: [...attachments] } : {}) } as const;
    await sendSaid(extensions.commands, fleet, agent.label, first);
    this.changed();
    return loaded;
  }

  /** Every session, those at work here first told as they are. */
  async rows(): Promise<SessionRow[]> {
    const saved = await this.#options.list();
    const rows = saved.map((summary): SessionRow => {
      const here = this.#here.get(summary.id);
      const { id, title, updatedAt, model, costUsd } = summary;
      const shared = {
        id,
        title,
        updatedAt,
        ...(model ? { model } : {}),
        ...(costUsd === undefined ? {} : { costUsd }),
      };
      return here ? { ...shared, ...liveRow(here) } : { ...shared, state: summary.heldBy ? "held" : "saved" };
    });
    return rows;
  }

  /** Something that the list of sessions shows has changed. */
  changed(): void {
    if (this.#closing) return;
    this.#rowsTimer ??= setTimeout(() => this.#sendRows(), rowsMs);
  }

  /** Takes a session out of memory; its work ends. */
  async unload(id: string): Promise<void> {
    const loading = this.#loaded.get(id);
    const loaded = await loading?.catch(() => undefined);
    if (this.#loaded.get(id) === loading) this.#loaded.delete(id);
    this.#here.delete(id);
    clearTimeout(this.#unloads.get(id));
    this.#unloads.delete(id);
    if (!loaded) return;
    loaded.hub[Symbol.dispose]();
    await loaded.terminals[Symbol.asyncDispose]();
    await loaded.composed[Symbol.asyncDispose]();
    await loaded.originals[Symbol.asyncDispose]();
    this.changed();
  }

  isWorking(id: string): boolean {
    const loaded = this.#here.get(id);
    return loaded !== undefined && liveRow(loaded).state === "working";
  }

  /** A client joined or left the session. */
  watched(id: string): void {
    this.#considerUnload(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#rowsTimer);
    await Promise.allSettled([...this.#loaded.keys()].map((id) => this.unload(id)));
  }

  async #load(known: string | undefined, config: Config): Promise<Loaded> {
    const loading = this.#compose(config);
    if (known !== undefined) this.#loaded.set(known, loading);
    try {
      const loaded = await loading;
      this.#loaded.set(loaded.id, loading);
      this.#here.set(loaded.id, loaded);
      this.#considerUnload(loaded.id);
      return loaded;
    } catch (error) {
      if (known !== undefined) this.#loaded.delete(known);
      throw error;
    }
  }

  async #compose(config: Config): Promise<Loaded> {
    const { env, models, childEnv } = this.#options;
    // What a resumption adds comes before there is a hub to hear it.
    let early: AgentEvent[] | undefined = [];
    const observe = (event: AgentEvent) => void early?.push(event);
    const composed = await compose(config, env, { models, canAsk: true, observe });
    const { session, fleet, agent } = composed;
    if (!session) throw new UsageError("The workspace keeps its sessions; --ephemeral is for the terminal.");
    const hub = new Hub({
      session: session.id,
      root: agent.label,
      fleet,
      events: [...session.events, ...early],
      onChange: () => {
        this.#considerUnload(session.id);
        this.changed();
      },
    });
    early = undefined;
    const terminals = new Terminals({ cwd: config.cwd, env: childEnv });
    const originals = await Originals.open(session.dir, session.events);
    fleet.subscribe((event) => {
      originals.note(event);
      const told = toldOf(event);
      if (told) for (const client of this.#clients) client.send({ type: "told", session: session.id, ...told });
    });
    const root = realpathSync(config.cwd);
    const changes = new Changes({ root, git: new Git(root), originals });
    return { id: session.id, composed, hub, terminals, changes, originals };
  }

  #considerUnload(id: string): void {
    clearTimeout(this.#unloads.get(id));
    this.#unloads.delete(id);
    const loaded = this.#here.get(id);
    if (!loaded || this.#closing) return;
    const { unloadAfterMs = 5 * 60_000 } = this.#options;
    const timer = setTimeout(() => {
      if (isAtRest(loaded)) void this.unload(id);
      else this.#considerUnload(id);
    }, unloadAfterMs);
    timer.unref();
    this.#unloads.set(id, timer);
  }

  async #sendRows(): Promise<void> {
    this.#rowsTimer = undefined;
    const rows = await this.rows().catch(() => undefined);
    if (rows) for (const client of this.#clients) client.send({ type: "sessions", rows });
  }
}

/** Nobody watches, nothing works or is to be sent later, nothing waits for a person, and no terminal is open. */
function isAtRest({ hub, composed: { agent, fleet }, terminals }: Loaded): boolean {
  if (hub.isWatched || agent.isBusy || hub.asks.length > 0) return false;
  if (terminals.list().some(({ running }) => running)) return false;
  return hub.cards.every(({ label, state, ended }) => {
    if (ended) return true;
    return (state === "idle" || state === "waiting") && (fleet.get(label)?.scheduled().size ?? 0) === 0;
  });
}

function liveRow({ hub, composed }: Loaded): Pick<SessionRow, "state" | "costUsd"> {
  const { state, reason } = hub.rootCard;
  const costUsd = composed.agent.snapshot().treeCostUsd;
  if (hub.asks.length > 0 || state === "waiting") return { costUsd, state: "waiting" };
  if (state !== "idle" || composed.agent.isBusy) return { costUsd, state: "working" };
  return { costUsd, state: reason !== null && failures.has(reason) ? "failed" : "idle" };
}

const failures: ReadonlySet<string> = new Set(["error", "budget", "max_rounds", "loop", "refused"]);
