/**
 * The agent: one conversation with a model that uses tools. Commands in, events out. `run` drives it to the end of one
 * piece of work; `send` and `subscribe` are the same doors for a surface that stays.
 */
import type { AgentOptions, Snapshot } from "./agent-options.ts";
import { Asks } from "./asks.ts";
import { Purse } from "./budget.ts";
import { atMost, systemClock } from "./clock.ts";
import type { Command } from "./command.ts";
import { forgetReads } from "./compaction-work.ts";
import { Dispatch } from "./dispatch.ts";
import { findResults } from "./drop.ts";
import { AgentBusyError } from "./error.ts";
import { type AgentEvent, type AgentState, protocolVersion } from "./event.ts";
import type { ContextTokens, FleetEvent } from "./fleet-port.ts";
import type { Freed } from "./freed.ts";
import { Hearing } from "./hearing.ts";
import { Jobs } from "./jobs.ts";
import { Log, type Observer } from "./log.ts";
import { type ChildRecord, replay, type ScheduledSend } from "./log-state.ts";
import { Loop } from "./loop.ts";
import { agentState, initialState, isBackground, type Switch } from "./machine-state.ts";
import type { CallId, Message } from "./message.ts";
import { type Model, type ModelSettings, originOf } from "./model.ts";
import { ModelWork } from "./model-work.ts";
import { type OutputPrompt, WantedOutput } from "./output.ts";
import { resumedLimits, resumedState, withdrawAll } from "./resume.ts";
import { type Prompt, promptOf, type Run, RunDriver } from "./run.ts";
import { Spill } from "./spill.ts";
import { Streams } from "./stream.ts";
import type { SwitchPlan } from "./switch.ts";
import type { Workspace } from "./tool.ts";
import { type Toolbox, toolboxFor } from "./toolbox.ts";

const closeGraceMs = 5_000;

export class Agent implements AsyncDisposable {
  readonly label: string;
  readonly toolbox: Toolbox;
  readonly #options: AgentOptions;
  readonly #log: Log;
  readonly #loop: Loop;
  readonly #work: ModelWork;
  readonly #hearing: Hearing;
  readonly #workspace: Workspace;
  readonly #purse: Purse;
  readonly #spill: Spill;
  readonly #saved: Disposable | undefined;
  readonly #resumed: boolean;
  readonly #streams = new Streams();
  #run: RunDriver | null = null;
  #started = false;
  #closing: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    const { session, clock = systemClock, label = "main", env = {}, writeRoots, hooks } = options;
    this.label = label;
    this.#options = options;
    const own = session?.events.filter((event) => event.agent === label) ?? [];
    const state = replay(own);
    this.#resumed = own.length > 0;
    this.#log = new Log({ agent: label, path: options.path, clock, state, sink: session });
    this.#purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    this.#purse.book(state.costUsd);
    const cwd = options.cwd ?? state.cwd ?? process.cwd();
    this.#workspace = { root: options.root ?? cwd, cwd, writeRoots, reads: new Map(), env };
    this.#spill = new Spill(session ? `${session.dir}/tool-results` : undefined);
    this.toolbox = toolboxFor(options, state.entries);
    this.#work = new ModelWork({
      agent: options,
      log: this.#log,
      purse: this.#purse,
      toolbox: this.toolbox,
      settings: { ...state.settings, ...options.settings },
      onForget: (what) => forgetReads(this.#workspace.reads, what),
    });
    const jobs = new Jobs({
      clock,
      isBackground: (call) => isBackground(this.#loop.state, call),
      command: (command) => this.#loop.send({ type: "command", command }),
    });
    const asks = new Asks({
      nextId: () => this.#log.nextAskId(),
      asked: (ask) => this.#loop.send({ type: "asked", ...ask }),
    });
    const dispatch = new Dispatch({
      toolbox: this.toolbox,
      clock,
      workspace: this.#workspace,
      agent: label,
      fleet: options.fleet,
      ...(hooks ? { hooked: { hooks, halt: (reason: string) => this.#hearing.halt(reason) } } : {}),
      jobs,
      spill: this.#spill,
      ask: options.canAsk ? (call, ask, signal) => asks.ask(call, ask, signal) : undefined,
      countTokens: (text) => this.#work.model.estimateText(text),
      emit: (event) => this.#log.emit(event),
      done: (callId, outcome) => this.#loop.send({ type: "toolDone", callId, outcome }),
    });
    const { maxRounds } = resumedLimits(state, options);
    const first = this.#resumed ? resumedState(this.#log, maxRounds) : initialState(maxRounds);
    const start = { ...first, rest: hooks ? ("ask" as const) : ("free" as const) };
    this.#loop = new Loop({ log: this.#log, dispatch, asks, work: this.#work, state: start });
    this.#hearing = new Hearing({ hooks, agent: label, send: (input) => this.#loop.send(input) });
    this.#saved = session?.onSaved((events) => this.#acknowledge(events));
    this.#log.subscribe((event) => this.#drive(event));
  }

  /**
   * Sends a prompt and ends when nothing runs any more. One at a time: throws `AgentBusyError` while another run goes on
   * or once the agent is closed. A failure of the model is a result with `error`, not a rejection. With `output`, the last
   * answer becomes a value of that schema; throws `UsageError` for one that cannot be told to a model.
   */
  run(prompt: string | Prompt): Run;
  run<Output>(prompt: OutputPrompt<Output>): Run<Output>;
  run(prompt: string | Prompt | OutputPrompt<unknown>): Run<unknown>;
  run(prompt: string | Prompt | OutputPrompt<unknown>): Run<unknown> {
    if (this.#closing) throw new AgentBusyError(`The agent "${this.label}" is closed.`);
    if (this.#run) throw new AgentBusyError(`The agent "${this.label}" is already running; send it a message instead.`);
    const wanted = typeof prompt === "object" && "output" in prompt ? new WantedOutput(prompt) : undefined;
    const driver = new RunDriver(this.#options.session?.id ?? "", wanted);
    this.#run = driver;
    this.#work.wanted = wanted;
    this.send({ type: "prompt", ...promptOf(prompt) });
    return driver.run;
  }

  /** Hands in a command; what comes of it are events. */
  send(command: Command): void {
    if (this.#closing) throw new AgentBusyError(`The agent "${this.label}" is closed.`);
    this.#start();
    if (command.type === "prompt") this.#hear(command);
    this.#hearing.take(command);
  }

  /** Calls the observer with every event from now on, synchronously and in order. */
  subscribe(observer: Observer): Disposable {
    return this.#log.subscribe(observer);
  }

  /** Every event from now on, until the reader leaves or the agent is closed. */
  events(): AsyncIterableIterator<AgentEvent> {
    const stream = this.#streams.open((push) => this.subscribe(push));
    this.#closing?.finally(() => stream.end()).catch(() => {});
    return stream;
  }

  snapshot(): Snapshot {
    const { state } = this.#log;
    return {
      agent: this.label,
      sessionId: this.#options.session?.id ?? "",
      seq: this.#log.seq,
      state: this.state,
      model: originOf(this.#work.model.info),
      settings: this.#work.settings,
      cwd: this.#workspace.cwd,
      messages: [...state.entries],
      usage: state.usage,
      costUsd: state.costUsd,
      treeCostUsd: this.#purse.treeUsd,
      status: state.status,
      rounds: this.#loop.state.rounds,
      maxRounds: this.#loop.state.maxRounds,
      windowTokens: this.#work.model.info.maxRequestTokens,
      asks: [...state.asks.values()],
    };
  }

  get state(): AgentState {
    return agentState(this.#loop.state);
  }

  /** What it says it is doing. */
  get status(): string {
    return this.#log.state.status;
  }

  /** Something runs or has yet to be looked at. */
  get isBusy(): boolean {
    return !this.#closing && (this.#loop.isBusy || this.#hearing.isBusy);
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** What the present work is to end with. */
  get wanted(): WantedOutput | undefined {
    return this.#work.wanted;
  }

  /** What a child is made from. */
  view(): { readonly model: Model; readonly settings: ModelSettings; readonly cwd: string } {
    return { model: this.#work.model, settings: this.#work.settings, cwd: this.#workspace.cwd };
  }

  /** What the model sees of the conversation, up to the answer that made this call. */
  conversationBefore(call: CallId): readonly Message[] {
    return this.#work.conversationBefore(call);
  }

  /** Throws `UsageError`, which lists what there is, where the words mean no result that can be dropped. */
  checkDrop(wishes: readonly string[]): void {
    findResults(this.#log.state, wishes);
  }

  /** Checks a change of the model or its knobs and makes what it needs. Throws `SagentError`, and then nothing has changed. */
  planSwitch(wanted: Switch): Promise<SwitchPlan> {
    return this.#work.planSwitch(wanted);
  }

  /** Where the context's tokens go, by the model's measure. */
  contextTokens(): ContextTokens {
    return this.#work.contextTokens();
  }

  /** What making the conversation shorter would free, by the model's measure. */
  freed(): Freed {
    return this.#work.freed();
  }

  /** Puts an event of the fleet into this agent's stream and log. */
  report(event: FleetEvent): void {
    this.#start();
    this.#log.emit(event);
  }

  /** Messages that this agent has asked to be sent later. */
  scheduled(): ReadonlyMap<string, ScheduledSend> {
    return this.#log.state.scheduled;
  }

  /** Children that this agent had when its log ended. */
  childRecords(): ReadonlyMap<string, ChildRecord> {
    return this.#log.state.children;
  }

  nextSendId(): string {
    return `s${this.#log.seq + 1}`;
  }

  /**
   * Stops everything the agent started and waits until it has ended; a tool that does not listen is left behind after
   * five seconds. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await using owned = new AsyncDisposableStack();
    for (const resource of [...(this.#options.resources ?? []), this.toolbox, this.#hearing]) owned.use(resource);
    owned.defer(() => this.#spill.close());
    owned.defer(() => this.#work.close());
    await atMost(closeGraceMs, this.#loop.close(), this.#options.clock);
    withdrawAll(this.#log);
    this.#run?.stop({ code: "busy", message: "The agent was closed before the work was done." });
    this.#run = null;
    this.#streams.end();
    this.#saved?.[Symbol.dispose]();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#log.emit({
      type: "started",
      protocol: protocolVersion,
      sessionId: this.#options.session?.id ?? "",
      ...this.#work.identity,
      cwd: this.#workspace.cwd,
      resumed: this.#resumed,
    });
    const { overruled } = resumedLimits(this.#log.state, this.#options);
    if (overruled) this.#log.emit({ type: "tuned", ...overruled });
    if (!this.#resumed) for (const message of this.#options.history ?? []) this.#log.emit({ type: "message", message });
  }

  /** What a person says begins other work, unless a run is under way, and is not kept waiting for a limit. */
  #hear({ policy = "now" }: Extract<Command, { type: "prompt" }>): void {
    if (!this.#run) this.#work.wanted = undefined;
    if (policy === "now") this.#work.wake();
  }

  #drive(event: AgentEvent): void {
    if (this.#run?.take(event)) this.#run = null;
  }

  #acknowledge(events: readonly AgentEvent[]): void {
    const last = events.findLast((event) => event.agent === this.label);
    if (last) this.#log.emit({ type: "saved", upTo: last.seq });
  }
}
