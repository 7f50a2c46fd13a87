/**
 * The living agents of one tree: who they are, who spawned whom, and how they reach each other. Every agent is the same
 * `Agent` on the same loop; this knows their labels, hands on messages, and ends children with their parent.
 */
import { Agent } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import { Purse } from "./budget.ts";
import type { BuildChild, ChildParts } from "./child.ts";
import { childOptions, childTools, forkHistory, inheritParts, recipeOf } from "./child.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Command } from "./command.ts";
import { AbortedError, ConfigError, toErrorInfo, UsageError } from "./error.ts";
import type { AgentEvent } from "./event.ts";
import type {
  AgentBrief,
  AgentPatch,
  AgentReport,
  CallLink,
  Catalog,
  SendRequest,
  SpawnRequest,
} from "./fleet-port.ts";
import { FleetRest } from "./fleet-rest.ts";
import { KnownLimits } from "./known-limits.ts";
import { Ledger, type Share } from "./ledger.ts";
import { runChild, startChild, watchChild } from "./lifecycle.ts";
import type { Observer } from "./log.ts";
import { replay } from "./log-state.ts";
import { type FleetActions, isEnding, isWithin, type Member, portOf } from "./member.ts";
import { noUsage } from "./message.ts";
import { Observers } from "./observers.ts";
import { Post } from "./post.ts";
import { type Recipe, readRecipe, requestOf } from "./recipe.ts";
import { briefOf, reportOf } from "./report.ts";
import { Roster } from "./roster.ts";
import type { ToolOutput } from "./tool.ts";
import { tuneAgent } from "./tune.ts";

export interface FleetOptions {
  /** Makes what a child needs beyond its parent's own parts. */
  readonly build?: BuildChild;
  /** Generations below the root; 5 by default. */
  readonly maxDepth?: number;
  /** What agents may look up before they choose a provider or a model. */
  readonly catalog?: Catalog;
  readonly clock?: Clock;
}

type Seat = Pick<Member, "depthLeft" | "persistent"> & Partial<Pick<Member, "parent" | "place">>;

export class Fleet implements FleetActions, AsyncDisposable {
  readonly catalog: Catalog | undefined;
  readonly #build: BuildChild;
  readonly #maxDepth: number;
  readonly #roster = new Roster();
  readonly #post: Post;
  readonly #rest: FleetRest;
  readonly #ledger = new Ledger();
  readonly #observers = new Observers();
  readonly #limits = new KnownLimits();

  constructor(options: FleetOptions = {}) {
    this.catalog = options.catalog;
    this.#build = options.build ?? inheritParts;
    this.#maxDepth = options.maxDepth ?? 5;
    this.#post = new Post(this.#roster, options.clock ?? systemClock, () => this.#rest.changed());
    this.#rest = new FleetRest(
      () => this.#roster.living(),
      () => this.#post.isWaiting,
    );
  }

  /** Makes the root of the tree. Closing it ends every other agent of the fleet. */
  root(options: AgentOptions): Agent {
    for (const event of options.session?.events ?? []) {
      this.#roster.retire(event.agent);
      this.#ledger.note(event);
    }
    const purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    const member = this.#join({ ...options, purse }, { depthLeft: this.#maxDepth, persistent: true });
    this.#post.rearm(member);
    return member.agent;
  }

  /**
   * Brings the persistent children of a resumed session back, their conversations with them; with `revive` false they are
   * given up. What cannot be made again is left for a later process. Returns a sentence on each that was.
   */
  async restore(root: Agent, { revive = true } = {}): Promise<readonly string[]> {
    const parent = this.#roster.get(root.label);
    using _ = this.#post.hold();
    const problems = await this.#restoreBelow(parent, revive);
    const { session } = parent.options;
    if (session) this.#post.rearmEnded(session, (event) => this.#observe(event));
    const living = [...this.#roster.living()].reduce((sum, { purse }) => sum + purse.ownUsd, 0);
    parent.purse.bookBelow(Math.max(0, this.#ledger.totalUsd - living));
    return problems;
  }

  /** What each agent used and cost, the dead among them, in the order in which they began. */
  shares(): readonly Share[] {
    return this.#ledger.shares();
  }

  get(label: string): Agent | undefined {
    return this.#roster.find(label)?.agent;
  }

  /** Hands a command to every living agent that the target means; returns their labels. Throws `UsageError` for none. */
  command(target: string, command: Command): readonly string[] {
    const members = this.#roster.match(target);
    for (const { agent } of members) agent.send(command);
    return members.map(({ label }) => label);
  }

  /** Calls the observer with every event of every agent from now on. */
  subscribe(observer: Observer): Disposable {
    return this.#observers.subscribe(observer);
  }

  /** Every event of every agent from now on, until the reader leaves or the fleet is closed. */
  events(): AsyncIterableIterator<AgentEvent> {
    return this.#observers.events();
  }

  /** Resolves when no agent works and no message waits to be sent. */
  quiet(): Promise<void> {
    return this.#rest.quiet();
  }

  living(): readonly AgentReport[] {
    return [...this.#roster.living()].map(reportOf);
  }

  brief(): readonly AgentBrief[] {
    return [...this.#roster.living()].map(briefOf);
  }

  report(label: string): AgentReport {
    return reportOf(this.#roster.get(label));
  }

  /** Throws `UsageError` for a target that is neither the agent itself nor below it. */
  async tune(self: string, patch: AgentPatch, target = self): Promise<readonly string[]> {
    const member = this.#roster.get(target);
    if (!isWithin(member, this.#roster.get(self))) {
      throw new UsageError(`"${target}" is not below you: an agent may change itself and those it spawned.`);
    }
    return tuneAgent(member.agent, patch);
  }

  send(self: string, request: SendRequest): readonly string[] {
    return this.#post.send(self, request);
  }

  async spawn(self: string, request: SpawnRequest, call: CallLink): Promise<ToolOutput> {
    const parent = this.#roster.get(self);
    if (parent.depthLeft <= 0) {
      throw new UsageError(`"${self}" may not spawn: it is at the last of the generations that are allowed.`);
    }
    const member = await this.#makeChild(parent, request, call);
    if (call.signal.aborted) {
      await member.agent.close();
      throw new AbortedError();
    }
    if (!request.persistent) return runChild(member, request.prompt, call);
    return startChild(member, request.prompt, request.notify ?? true);
  }

  /** Ends every agent, children before their parents. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#post[Symbol.dispose]();
    const roots = [...this.#roster.living()].filter((member) => !member.parent);
    await Promise.all(roots.map((member) => member.agent.close()));
    this.#observers.end();
  }

  async #makeChild(parent: Member, request: SpawnRequest, call: CallLink): Promise<Member> {
    const history = request.context === "fork" ? forkHistory(parent, call.callId) : [];
    // A forked conversation behind another system prompt would miss the parent's cached prefix.
    const isHot = request.hot ?? (request.context === "fork" && request.system === undefined);
    const { cwd } = parent.agent.view();
    const roster = this.#roster;
    const member = await this.#grow(parent, { ...request, hot: isHot }, (parts) => {
      if (call.signal.aborted || parent.agent.isClosed) throw new AbortedError();
      const purse = new Purse({ capUsd: request.maxBudgetUsd, parent: parent.purse });
      const label = request.label === undefined ? roster.childLabel(parent.label) : roster.freeLabel(request.label);
      const depthLeft = Math.min(parent.depthLeft - 1, request.maxDepth ?? Number.POSITIVE_INFINITY);
      const place = parts.place?.cwd ?? cwd;
      const options = childOptions(parent, request, { ...parts, label, purse, history, cwd: place });
      return this.#join(options, { parent, depthLeft, persistent: request.persistent ?? false, place: parts.place });
    });
    const { label, path, persistent } = member;
    const recipe = persistent ? { recipe: recipeOf(request, member) } : {};
    parent.agent.report({ type: "spawned", child: label, childPath: path, persistent, ...recipe });
    return member;
  }

  /** Has the parts of a child made, and the child of them. Where that fails, what was made is closed. */
  async #grow(parent: Member, request: SpawnRequest, join: (parts: ChildParts) => Member): Promise<Member> {
    const view = parent.agent.view();
    const tools = await childTools(request, parent.agent.toolbox);
    const parts = await this.#build(request, { options: parent.options, ...view }, tools);
    await using made = new AsyncDisposableStack();
    for (const resource of parts.resources ?? []) made.use(resource);
    if (request.isolation && !parts.place)
      throw new ConfigError("This fleet cannot give a child a worktree of its own.");
    const member = join(parts);
    made.move();
    return member;
  }

  #join(options: AgentOptions, seat: Seat): Member {
    const { parent } = seat;
    const label = options.label ?? "main";
    const path = parent ? `${parent.path}/${label}` : label;
    const purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    const leave = { [Symbol.asyncDispose]: () => this.#leave(label) };
    const agent = new Agent({
      ...options,
      ...(parent ? { path } : {}),
      purse,
      fleet: portOf(this, label),
      limits: this.#limits.seat(),
      resources: [...(options.resources ?? []), leave],
    });
    const depth = parent ? parent.depth + 1 : 0;
    const state = { children: new Set<Member>(), endReason: "halted" } as const;
    const member: Member = { parent, place: undefined, ...seat, ...state, label, path, depth, purse, options, agent };
    this.#roster.add(member);
    parent?.children.add(member);
    agent.subscribe((event) => this.#observe(event));
    return member;
  }

  /** An agent was closed, by whomever: what it spawned ends with it, and its parent is told. */
  async #leave(label: string): Promise<void> {
    const member = this.#roster.remove(label);
    if (!member) return;
    const { agent, parent, purse, endReason: reason } = member;
    await Promise.all([...member.children].map((child) => child.agent.close()));
    parent?.children.delete(member);
    if (parent && !isEnding(parent)) {
      const { usage } = agent.snapshot();
      parent.agent.report({ type: "childEnded", child: label, reason, usage, costUsd: purse.spentUsd });
    }
    if (this.#roster.isEmpty) this.#post[Symbol.dispose]();
    this.#rest.changed();
  }

  async #restoreBelow(parent: Member, revive: boolean): Promise<string[]> {
    const problems: string[] = [];
    for (const [label, { recipe: record }] of [...parent.agent.childRecords()]) {
      const recipe = revive ? readRecipe(record) : undefined;
      const member = recipe && (await this.#remake(parent, label, recipe, problems));
      if (member) problems.push(...(await this.#restoreBelow(member, revive)));
      else if (!recipe)
        parent.agent.report({ type: "childEnded", child: label, reason: "halted", usage: noUsage, costUsd: 0 });
    }
    return problems;
  }

  async #remake(parent: Member, label: string, recipe: Recipe, problems: string[]): Promise<Member | undefined> {
    await parent.agent.toolbox.loading;
    await parent.agent.toolbox.openFor(recipe.tools);
    const record = replay((parent.options.session?.events ?? []).filter(({ agent }) => agent === label));
    const request = requestOf(recipe, record, parent);
    try {
      const member = await this.#grow(parent, request, (parts) => {
        const purse = new Purse({ capUsd: request.maxBudgetUsd, parent: parent.purse });
        const made = { ...parts, system: recipe.system, label, purse, history: [] };
        const { cwd: _, settings = {}, ...options } = childOptions(parent, request, { ...made, cwd: "" });
        const seat = { parent, depthLeft: recipe.depthLeft, persistent: true, place: parts.place };
        return this.#join({ ...options, settings: record.settings ?? settings }, seat);
      });
      watchChild(member, recipe.notify ?? true);
      this.#post.rearm(member);
      return member;
    } catch (error) {
      problems.push(`"${label}" could not be brought back: ${toErrorInfo(error).message}`);
      return undefined;
    }
  }

  #observe(event: AgentEvent): void {
    this.#ledger.note(event);
    this.#observers.tell(event);
    if (event.type === "idle") this.#rest.changed();
  }
}
