/**
 * The living agents of one tree: who they are, who spawned whom, and how they reach each other. Every agent is the same
 * `Agent` on the same loop; this knows their labels, hands on messages, and ends children with their parent.
 */
import { Agent } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import { Purse } from "./budget.ts";
import { type BuildChild, childOptions, childTools, inheritParts, recipeOf } from "./child.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Command } from "./command.ts";
import { toErrorInfo, UsageError } from "./error.ts";
import type { AgentEvent, EndReason } from "./event.ts";
import type { AgentPatch, AgentReport, CallLink, SendRequest, SpawnRequest } from "./fleet-port.ts";
import { FleetRest } from "./fleet-rest.ts";
import { Ledger, type Share } from "./ledger.ts";
import { runChild, watchChild } from "./lifecycle.ts";
import type { Observer } from "./log.ts";
import { type FleetActions, type Member, portOf } from "./member.ts";
import { noUsage } from "./message.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { type Recipe, readRecipe, requestOf } from "./recipe.ts";
import { reportOf } from "./report.ts";
import { Roster } from "./roster.ts";
import { Streams } from "./stream.ts";
import type { ToolOutput } from "./tool.ts";
import { tuneAgent } from "./tune.ts";

export interface FleetOptions {
  /** Makes what a child needs beyond its parent's own parts. */
  readonly build?: BuildChild;
  /** Generations below the root; 5 by default. */
  readonly maxDepth?: number;
  readonly clock?: Clock;
}

export class Fleet implements FleetActions, AsyncDisposable {
  readonly #build: BuildChild;
  readonly #maxDepth: number;
  readonly #clock: Clock;
  readonly #roster = new Roster();
  readonly #outbox: Outbox;
  readonly #rest: FleetRest;
  readonly #ledger = new Ledger();
  readonly #streams = new Streams();
  #observers: readonly Observer[] = [];

  constructor(options: FleetOptions = {}) {
    this.#build = options.build ?? inheritParts;
    this.#maxDepth = options.maxDepth ?? 5;
    this.#clock = options.clock ?? systemClock;
    this.#outbox = new Outbox(this.#clock, (message) => this.#deliver(message));
    this.#rest = new FleetRest(
      () => this.#roster.living(),
      () => this.#outbox.size > 0,
    );
  }

  /** Makes the root of the tree. Closing it ends every other agent of the fleet. */
  root(options: AgentOptions): Agent {
    for (const event of options.session?.events ?? []) {
      this.#roster.retire(event.agent);
      this.#ledger.note(event);
    }
    const purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    const member = this.#join({ ...options, purse }, undefined, this.#maxDepth, true);
    this.#rearm(member);
    return member.agent;
  }

  /**
   * Brings the persistent children of a resumed session back, their conversations with them; with `revive` false they are
   * given up. What cannot be made again is given up too. Returns a sentence on each that was.
   */
  async restore(root: Agent, { revive = true } = {}): Promise<readonly string[]> {
    const parent = this.#roster.get(root.label);
    const problems = await this.#restoreBelow(parent, revive);
    const living = [...this.#roster.living()].reduce((sum, { purse }) => sum + purse.ownUsd, 0);
    const all = this.#ledger.shares().reduce((sum, share) => sum + share.costUsd, 0);
    if (all > living) parent.purse.bookBelow(all - living);
    return problems;
  }

  /** What each agent used and cost, the dead among them, in the order in which they began. */
  shares(): readonly Share[] {
    return this.#ledger.shares();
  }

  /** The living agent of this label. */
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
    this.#observers = [...this.#observers, observer];
    return {
      [Symbol.dispose]: () => {
        this.#observers = this.#observers.filter((each) => each !== observer);
      },
    };
  }

  /** Every event of every agent from now on, until the reader leaves or the fleet is closed. */
  events(): AsyncIterableIterator<AgentEvent> {
    return this.#streams.open((push) => this.subscribe(push));
  }

  /** Resolves when no agent works and no message waits to be sent. */
  quiet(): Promise<void> {
    return this.#rest.quiet();
  }

  living(): readonly AgentReport[] {
    return [...this.#roster.living()].map(reportOf);
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
    const { to, content, delaySec = 0, urgent = false } = request;
    const sender = this.#roster.get(self);
    if (delaySec > 0) {
      const dueAt = this.#clock.now() + delaySec * 1_000;
      const id = sender.agent.nextSendId();
      sender.agent.report({ type: "sendScheduled", sendId: id, to, text: content, urgent, dueAt });
      this.#outbox.schedule({ id, from: self, to, text: content, urgent, dueAt });
      return [to];
    }
    const members = this.#roster.match(to);
    for (const { agent } of members) {
      agent.send({ type: "peer", from: self, text: content, ...(urgent ? { policy: "now" } : {}) });
    }
    return members.map(({ label }) => label);
  }

  async spawn(self: string, request: SpawnRequest, call: CallLink): Promise<ToolOutput> {
    const parent = this.#roster.get(self);
    if (parent.depthLeft <= 0) {
      throw new UsageError(`"${self}" may not spawn: it is at the last of the generations that are allowed.`);
    }
    const member = await this.#makeChild(parent, request, call);
    if (!request.persistent) {
      return runChild(member, request.prompt, call, (ended, reason) => this.#end(ended, reason));
    }
    watchChild(member, request.notify ?? true);
    member.agent.send({ type: "prompt", text: request.prompt });
    return {
      text: `"${member.label}" has begun and stays. Reach it with AgentSend; it tells you when it comes to rest.`,
    };
  }

  /** Ends every agent, children before their parents. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#outbox[Symbol.dispose]();
    const roots = [...this.#roster.living()].filter((member) => !member.parent);
    await Promise.all(roots.map((member) => member.agent.close()));
    this.#streams.end();
  }

  async #makeChild(parent: Member, request: SpawnRequest, call: CallLink): Promise<Member> {
    const view = parent.agent.view();
    const tools = childTools(request, parent.options.tools ?? []);
    const parts = await this.#build(request, { options: parent.options, ...view }, tools);
    const label = this.#roster.freeLabel(request.label ?? `${parent.label}-${parent.children.size + 1}`);
    const purse = new Purse({ capUsd: request.maxBudgetUsd, parent: parent.purse });
    const history = request.context === "fork" ? parent.agent.conversationBefore(call.callId) : [];
    const options = childOptions(parent, request, { ...parts, label, purse, history, cwd: view.cwd });
    const depthLeft = Math.min(parent.depthLeft - 1, request.maxDepth ?? Number.POSITIVE_INFINITY);
    const member = this.#join(options, parent, depthLeft, request.persistent ?? false);
    const { path, persistent } = member;
    const recipe = persistent ? { recipe: recipeOf(request, member) } : {};
    parent.agent.report({ type: "spawned", child: label, childPath: path, persistent, ...recipe });
    return member;
  }

  #join(options: AgentOptions, parent: Member | undefined, depthLeft: number, persistent: boolean): Member {
    const label = options.label ?? "main";
    const path = parent ? `${parent.path}/${label}` : label;
    const purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    const leave = { [Symbol.asyncDispose]: () => this.#leave(label) };
    const agent = new Agent({
      ...options,
      ...(parent ? { path } : {}),
      purse,
      fleet: portOf(this, label),
      resources: [...(options.resources ?? []), leave],
    });
    const depth = parent ? parent.depth + 1 : 0;
    const member: Member = {
      label,
      path,
      depth,
      depthLeft,
      persistent,
      parent,
      children: new Set(),
      purse,
      options,
      agent,
    };
    this.#roster.add(member);
    parent?.children.add(member);
    agent.subscribe((event) => this.#observe(event));
    return member;
  }

  /** An agent was closed: what it spawned ends with it. */
  async #leave(label: string): Promise<void> {
    const member = this.#roster.remove(label);
    if (!member) return;
    member.parent?.children.delete(member);
    await Promise.all([...member.children].map((child) => this.#end(child, "halted")));
    this.#rest.changed();
  }

  async #end(member: Member, reason: EndReason): Promise<void> {
    const { agent, parent, purse, label } = member;
    if (!this.#roster.find(label)) return;
    await agent.close();
    const { usage } = agent.snapshot();
    if (parent && !parent.agent.isClosed) {
      parent.agent.report({ type: "childEnded", child: label, reason, usage, costUsd: purse.spentUsd });
    }
  }

  /** What was to be sent later by an earlier process still is. */
  #rearm({ agent, label }: Member): void {
    for (const [id, message] of agent.scheduled()) this.#outbox.schedule({ id, from: label, ...message });
  }

  async #restoreBelow(parent: Member, revive: boolean): Promise<string[]> {
    const problems: string[] = [];
    for (const [label, { recipe: record }] of [...parent.agent.childRecords()]) {
      const recipe = revive ? readRecipe(record) : undefined;
      const member = recipe && (await this.#remake(parent, label, recipe, problems));
      if (member) problems.push(...(await this.#restoreBelow(member, revive)));
      else parent.agent.report({ type: "childEnded", child: label, reason: "halted", usage: noUsage, costUsd: 0 });
    }
    return problems;
  }

  async #remake(parent: Member, label: string, recipe: Recipe, problems: string[]): Promise<Member | undefined> {
    const request = requestOf(recipe);
    try {
      const view = parent.agent.view();
      const tools = childTools(request, parent.options.tools ?? []);
      const parts = await this.#build(request, { options: parent.options, ...view }, tools);
      const purse = new Purse({ capUsd: request.maxBudgetUsd, parent: parent.purse });
      const made = { ...parts, system: recipe.system, label, purse, history: [] };
      const { cwd: _, ...options } = childOptions(parent, request, { ...made, cwd: view.cwd });
      const member = this.#join(options, parent, recipe.depthLeft, true);
      watchChild(member, recipe.notify ?? true);
      this.#rearm(member);
      return member;
    } catch (error) {
      problems.push(`"${label}" could not be brought back: ${toErrorInfo(error).message}`);
      return undefined;
    }
  }

  #observe(event: AgentEvent): void {
    this.#ledger.note(event);
    for (const observer of this.#observers) observer(event);
    if (event.type === "idle") this.#rest.changed();
  }

  #deliver({ id, from, to, text, urgent }: Outgoing): void {
    const sender = this.#roster.find(from);
    if (!sender) return;
    const receivers = this.#roster.matching(to);
    for (const { agent } of receivers) {
      agent.send({ type: "peer", from, text, ...(urgent ? { policy: "now" } : {}) });
    }
    sender.agent.report({ type: "sendDone", sendId: id, delivered: receivers.length > 0 });
    this.#rest.changed();
  }
}

function isWithin(member: Member, ancestor: Member): boolean {
  for (let each: Member | undefined = member; each; each = each.parent) if (each === ancestor) return true;
  return false;
}
