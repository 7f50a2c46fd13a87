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
import { UsageError } from "./error.ts";
import type { AgentEvent, EndReason } from "./event.ts";
import type { AgentPatch, AgentReport, CallLink, SendRequest, SpawnRequest } from "./fleet-port.ts";
import { FleetRest } from "./fleet-rest.ts";
import { runChild, watchChild } from "./lifecycle.ts";
import type { Observer } from "./log.ts";
import { type FleetActions, type Member, portOf } from "./member.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { reportOf } from "./report.ts";
import { targetMatcher } from "./target.ts";
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
  readonly #members = new Map<string, Member>();
  /** Labels of the dead too: events name an agent by its label, so none is given twice. */
  readonly #used = new Set<string>();
  readonly #outbox: Outbox;
  readonly #rest: FleetRest;
  #observers: readonly Observer[] = [];

  constructor(options: FleetOptions = {}) {
    this.#build = options.build ?? inheritParts;
    this.#maxDepth = options.maxDepth ?? 5;
    this.#clock = options.clock ?? systemClock;
    this.#outbox = new Outbox(this.#clock, (message) => this.#deliver(message));
    this.#rest = new FleetRest(
      () => this.#members.values(),
      () => this.#outbox.size > 0,
    );
  }

  /** Makes the root of the tree. Closing it ends every other agent of the fleet. */
  root(options: AgentOptions): Agent {
    for (const event of options.session?.events ?? []) this.#used.add(event.agent);
    const purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    const member = this.#join({ ...options, purse }, undefined, this.#maxDepth, true);
    for (const [id, message] of member.agent.scheduled()) this.#outbox.schedule({ id, from: member.label, ...message });
    return member.agent;
  }

  /** The living agent of this label. */
  get(label: string): Agent | undefined {
    return this.#members.get(label)?.agent;
  }

  /** Hands a command to every living agent that the target means; returns their labels. Throws `UsageError` for none. */
  command(target: string, command: Command): readonly string[] {
    const members = this.#match(target);
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

  /** Resolves when no agent works and no message waits to be sent. */
  quiet(): Promise<void> {
    return this.#rest.quiet();
  }

  living(): readonly AgentReport[] {
    return [...this.#members.values()].map(reportOf);
  }

  report(label: string): AgentReport {
    return reportOf(this.#member(label));
  }

  /** Throws `UsageError` for a target that is neither the agent itself nor below it. */
  async tune(self: string, patch: AgentPatch, target = self): Promise<readonly string[]> {
    const member = this.#member(target);
    if (!isWithin(member, this.#member(self))) {
      throw new UsageError(`"${target}" is not below you: an agent may change itself and those it spawned.`);
    }
    return tuneAgent(member.agent, patch);
  }

  send(self: string, request: SendRequest): readonly string[] {
    const { to, content, delaySec = 0, urgent = false } = request;
    const sender = this.#member(self);
    if (delaySec > 0) {
      const dueAt = this.#clock.now() + delaySec * 1_000;
      const id = sender.agent.nextSendId();
      sender.agent.report({ type: "sendScheduled", sendId: id, to, text: content, urgent, dueAt });
      this.#outbox.schedule({ id, from: self, to, text: content, urgent, dueAt });
      return [to];
    }
    const members = this.#match(to);
    for (const { agent } of members) {
      agent.send({ type: "peer", from: self, text: content, ...(urgent ? { policy: "now" } : {}) });
    }
    return members.map(({ label }) => label);
  }

  async spawn(self: string, request: SpawnRequest, call: CallLink): Promise<ToolOutput> {
    const parent = this.#member(self);
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
    const roots = [...this.#members.values()].filter((member) => !member.parent);
    await Promise.all(roots.map((member) => member.agent.close()));
  }

  async #makeChild(parent: Member, request: SpawnRequest, call: CallLink): Promise<Member> {
    const view = parent.agent.view();
    const tools = childTools(request, parent.options.tools ?? []);
    const parts = await this.#build(request, { options: parent.options, ...view }, tools);
    const label = this.#freeLabel(request.label ?? `${parent.label}-${parent.children.size + 1}`);
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
    this.#members.set(label, member);
    this.#used.add(label);
    parent?.children.add(member);
    agent.subscribe((event) => this.#observe(event));
    return member;
  }

  /** An agent was closed: what it spawned ends with it. */
  async #leave(label: string): Promise<void> {
    const member = this.#members.get(label);
    if (!member) return;
    this.#members.delete(label);
    member.parent?.children.delete(member);
    await Promise.all([...member.children].map((child) => this.#end(child, "halted")));
    this.#rest.changed();
  }

  async #end(member: Member, reason: EndReason): Promise<void> {
    const { agent, parent, purse, label } = member;
    if (!this.#members.has(label)) return;
    await agent.close();
    const { usage } = agent.snapshot();
    if (parent && !parent.agent.isClosed) {
      parent.agent.report({ type: "childEnded", child: label, reason, usage, costUsd: purse.spentUsd });
    }
  }

  #observe(event: AgentEvent): void {
    for (const observer of this.#observers) observer(event);
    if (event.type === "idle") this.#rest.changed();
  }

  #deliver({ id, from, to, text, urgent }: Outgoing): void {
    const sender = this.#members.get(from);
    if (!sender) return;
    const receivers = [...this.#members.values()].filter((member) => targetMatcher(to)(member.label));
    for (const { agent } of receivers) {
      agent.send({ type: "peer", from, text, ...(urgent ? { policy: "now" } : {}) });
    }
    sender.agent.report({ type: "sendDone", sendId: id, delivered: receivers.length > 0 });
    this.#rest.changed();
  }

  #member(label: string): Member {
    const member = this.#members.get(label);
    if (member) return member;
    throw new UsageError(`There is no living agent "${label}".`, { hint: this.#livingHint() });
  }

  #match(target: string): Member[] {
    const plain = this.#members.get(target);
    if (plain) return [plain];
    const matches = targetMatcher(target);
    const members = [...this.#members.values()].filter(({ label }) => matches(label));
    if (members.length > 0) return members;
    throw new UsageError(`"${target}" names no living agent.`, { hint: this.#livingHint() });
  }

  #livingHint(): string {
    return `Living: ${[...this.#members.keys()].join(", ")}.`;
  }

  #freeLabel(wanted: string): string {
    if (!/^[\w.-]{1,64}$/.test(wanted)) {
      throw new UsageError(`A label may hold letters, digits, ".", "_" and "-", 64 at most, not "${wanted}".`);
    }
    let label = wanted;
    for (let count = 2; this.#used.has(label); count += 1) label = `${wanted}-${count}`;
    this.#used.add(label);
    return label;
  }
}

function isWithin(member: Member, ancestor: Member): boolean {
  for (let each: Member | undefined = member; each; each = each.parent) if (each === ancestor) return true;
  return false;
}
