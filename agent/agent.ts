/**
 * The agent: one conversation with a model that uses tools. Commands in, events out. `run` drives it to the end of one
 * piece of work; `send` and `subscribe` are the same doors for a surface that stays.
 */
import { Purse } from "./budget.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Command } from "./command.ts";
import { Dispatch } from "./dispatch.ts";
import { AgentBusyError, ConfigError } from "./error.ts";
import { type AgentEvent, type AgentState, protocolVersion } from "./event.ts";
import { Log, type Observer } from "./log.ts";
import { replay } from "./log-state.ts";
import { Loop } from "./loop.ts";
import { agentState, initialState } from "./machine-state.ts";
import type { Message, Origin, Usage } from "./message.ts";
import { type Model, type ModelInfo, type ModelSettings, originOf } from "./model.ts";
import { ModelWork } from "./model-work.ts";
import { resumedState } from "./resume.ts";
import type { RetryOptions } from "./retry.ts";
import { type Prompt, type Run, RunDriver } from "./run.ts";
import type { Session } from "./session.ts";
import { Spill } from "./spill.ts";
import { EventStream } from "./stream.ts";
import type { AnyTool, Workspace } from "./tool.ts";

export interface AgentOptions {
  /** Stays its owner's: the agent does not close it. */
  readonly model: Model;
  /** None by default. */
  readonly tools?: readonly AnyTool[];
  /** Name among agents; `main` by default. */
  readonly label?: string;
  readonly system?: string;
  /** Where tools begin to work; the session's last place, or the process's own directory, by default. */
  readonly cwd?: string;
  /** The project's directory; `cwd` by default. */
  readonly root?: string;
  /** Environment of the tools' child processes; empty by default, so that no secret reaches them. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the model does not offer falls to its lowest rung. */
  readonly settings?: Partial<ModelSettings>;
  /** Rounds of tools that one message may cause; no limit by default. */
  readonly maxRounds?: number;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  /** USD. A call that could exceed it is not sent. */
  readonly maxBudgetUsd?: number;
  /** The money of a tree of agents, in place of a budget of this one's own. */
  readonly purse?: Purse;
  readonly retry?: Partial<RetryOptions>;
  /** Where events are kept; what it already holds is the conversation so far. Stays its owner's. */
  readonly session?: Session;
  /** Builds the model of a `switch` command; the agent closes what it builds. Without it only knobs can change. */
  readonly resolveModel?: (wanted: { provider?: string; model?: string }, current: ModelInfo) => Promise<Model>;
  /** Closed with the agent, the last one first. */
  readonly resources?: readonly AsyncDisposable[];
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** What a client needs to draw the agent at once. */
export interface Snapshot {
  readonly agent: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly state: AgentState;
  readonly model: Origin;
  readonly settings: ModelSettings;
  readonly cwd: string;
  readonly messages: readonly Message[];
  readonly usage: Usage;
  readonly costUsd: number;
  readonly treeCostUsd: number;
}

const closeGraceMs = 5_000;

export class Agent implements AsyncDisposable {
  readonly label: string;
  readonly #options: AgentOptions;
  readonly #log: Log;
  readonly #loop: Loop;
  readonly #work: ModelWork;
  readonly #workspace: Workspace;
  readonly #purse: Purse;
  readonly #spill: Spill;
  readonly #saved: Disposable | undefined;
  readonly #resumed: boolean;
  readonly #streams = new Set<EventStream>();
  #run: RunDriver | null = null;
  #started = false;
  #closing: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    const { session, clock = systemClock, label = "main", maxRounds = null } = options;
    this.label = label;
    this.#options = options;
    const own = session?.events.filter((event) => event.agent === label) ?? [];
    const state = replay(own);
    this.#resumed = own.length > 0;
    this.#log = new Log({ agent: label, clock, state, sink: session });
    this.#purse = options.purse ?? new Purse({ capUsd: options.maxBudgetUsd });
    this.#purse.book(state.costUsd);
    const cwd = options.cwd ?? state.cwd ?? process.cwd();
    this.#workspace = { root: options.root ?? cwd, cwd, reads: new Map(), env: options.env ?? {} };
    this.#spill = new Spill(session ? `${session.dir}/tool-results` : undefined);
    const tools = toolMap(options.tools ?? []);
    const settings = { ...state.settings, ...options.settings };
    this.#work = new ModelWork({
      agent: options,
      log: this.#log,
      purse: this.#purse,
      tools: tools.values(),
      settings,
      onForget: () => this.#workspace.reads.clear(),
    });
    const dispatch = new Dispatch({
      tools,
      clock,
      workspace: this.#workspace,
      agent: label,
      spill: this.#spill,
      countTokens: (text) => this.#work.model.estimateText(text),
      emit: (event) => this.#log.emit(event),
      done: (callId, outcome) => this.#loop.send({ type: "toolDone", callId, outcome }),
    });
    const machine = this.#resumed ? resumedState(this.#log, maxRounds) : initialState(maxRounds);
    this.#loop = new Loop(this.#log, dispatch, this.#work, machine);
    this.#saved = session?.onSaved((events) => this.#acknowledge(events));
    this.#log.subscribe((event) => this.#drive(event));
  }

  /**
   * Sends a prompt and ends when nothing runs any more. One at a time: throws `AgentBusyError` while another run goes on
   * or once the agent is closed. A failure of the model is a result with `error`, not a rejection.
   */
  run(prompt: string | Prompt): Run {
    if (this.#closing) throw new AgentBusyError(`The agent "${this.label}" is closed.`);
    if (this.#run) throw new AgentBusyError(`The agent "${this.label}" is already running; send it a message instead.`);
    const driver = new RunDriver(this.#options.session?.id ?? "");
    this.#run = driver;
    const { text, attachments } = typeof prompt === "string" ? { text: prompt, attachments: undefined } : prompt;
    this.send({ type: "prompt", text, ...(attachments ? { attachments: [...attachments] } : {}) });
    return driver.run;
  }

  /** Hands in a command; what comes of it are events. */
  send(command: Command): void {
    if (this.#closing) throw new AgentBusyError(`The agent "${this.label}" is closed.`);
    this.#start();
    this.#loop.send({ type: "command", command });
  }

  /** Calls the observer with every event from now on, synchronously and in order. */
  subscribe(observer: Observer): Disposable {
    return this.#log.subscribe(observer);
  }

  /** Every event from now on, until the reader leaves or the agent is closed. */
  events(): AsyncIterableIterator<AgentEvent> {
    const stream = new EventStream(() => {
      subscription[Symbol.dispose]();
      this.#streams.delete(stream);
    });
    const subscription = this.subscribe((event) => stream.push(event));
    this.#streams.add(stream);
    this.#closing?.finally(() => stream.end()).catch(() => {});
    return stream;
  }

  snapshot(): Snapshot {
    const { state } = this.#log;
    return {
      agent: this.label,
      sessionId: this.#options.session?.id ?? "",
      seq: this.#log.seq,
      state: agentState(this.#loop.state),
      model: originOf(this.#work.model.info),
      settings: this.#work.settings,
      cwd: this.#workspace.cwd,
      messages: [...state.entries],
      usage: state.usage,
      costUsd: state.costUsd,
      treeCostUsd: this.#purse.treeUsd,
    };
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
    for (const resource of this.#options.resources ?? []) owned.use(resource);
    owned.defer(() => this.#spill.close());
    owned.defer(() => this.#work.close());
    await atMost(closeGraceMs, this.#loop.close(), this.#options.clock ?? systemClock);
    this.#run?.stop({ code: "busy", message: "The agent was closed before the work was done." });
    this.#run = null;
    for (const stream of this.#streams) stream.end();
    this.#saved?.[Symbol.dispose]();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const { info } = this.#work.model;
    this.#log.emit({
      type: "started",
      protocol: protocolVersion,
      sessionId: this.#options.session?.id ?? "",
      model: originOf(info),
      settings: this.#work.settings,
      cwd: this.#workspace.cwd,
      resumed: this.#resumed,
    });
  }

  #drive(event: AgentEvent): void {
    if (this.#run?.take(event)) this.#run = null;
  }

  #acknowledge(events: readonly AgentEvent[]): void {
    const last = events.findLast((event) => event.agent === this.label);
    if (last) this.#log.emit({ type: "saved", upTo: last.seq });
  }
}

async function atMost(ms: number, work: Promise<void>, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]);
  ended.abort();
}

function toolMap(tools: readonly AnyTool[]): ReadonlyMap<string, AnyTool> {
  const map = new Map<string, AnyTool>();
  for (const tool of tools) {
    if (map.has(tool.name)) throw new ConfigError(`Two tools are called "${tool.name}".`);
    map.set(tool.name, tool);
  }
  return map;
}
