/**
 * Runs the calls of a round: validates arguments, starts what may run together together, keeps equal serialize keys in
 * the order they were made, and answers every call exactly once whatever its tool does.
 */
import { z } from "zod";
import type { Answer, Ask } from "./ask.ts";
import { type Start, stubText, takeStart } from "./background.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import type { EventBody } from "./event.ts";
import type { FleetPort } from "./fleet-port.ts";
import type { Hooks } from "./hooks.ts";
import type { Jobs } from "./jobs.ts";
import type { CallOutcome } from "./machine-state.ts";
import type { CallId, ToolCallPart } from "./message.ts";
import { sequencesOf } from "./sequences.ts";
import { defaultResultChars, keptChars, keptDetails, roundResultChars, type Spill } from "./spill.ts";
import { type AnyTool, findTool, type SerializeKey, type ToolOutput, type ToolShelf, type Workspace } from "./tool.ts";
import { runHooked } from "./tool-hooks.ts";
import type { Taken, Toolbox } from "./toolbox.ts";

export interface DispatchOptions {
  readonly toolbox: Toolbox;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly agent: string;
  readonly fleet?: FleetPort | undefined;
  readonly jobs: Jobs;
  readonly spill: Spill;
  /** Asks a person on behalf of a call; undefined where nobody can answer. */
  readonly ask?: ((call: CallId, ask: Ask, signal: AbortSignal) => Promise<Answer>) | undefined;
  /** With `halt` the agent stops, once the call that is running has its result. */
  readonly hooked?: { readonly hooks: Hooks; readonly halt: (reason: string) => void };
  readonly countTokens: (text: string) => number;
  readonly emit: (event: EventBody) => void;
  /** Called once for each call, in the order they end, and before that with `pending` for one in the background. */
  readonly done: (callId: CallId, outcome: CallOutcome) => void;
}

interface Job {
  readonly call: ToolCallPart;
  readonly tool: AnyTool;
  readonly args: never;
  /** One line for people. */
  readonly label: string;
  readonly key: SerializeKey;
  readonly start: Start;
  readonly abort: AbortController;
  /** Names of tools that it has taken off the shelf. */
  readonly taken: string[];
}

/** What the calls of one round share. */
interface Round {
  charsLeft: number;
}

export class Dispatch {
  readonly #options: DispatchOptions;
  /** Calls without an answer, each with the sequence it is in. */
  readonly #chains = new Map<CallId, readonly Job[]>();
  /** Sequences and tools that have not ended; a tool may outlive its call's answer. */
  readonly #running = new Set<Promise<unknown>>();
  /** Where clients last heard that the tools work. */
  #toldCwd: string;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#toldCwd = options.workspace.cwd;
  }

  /** Starts the calls of one answer; returns at once. */
  run(calls: readonly ToolCallPart[]): void {
    const jobs = calls.flatMap((call) => this.#prepare(call) ?? []);
    const round: Round = { charsLeft: roundResultChars };
    for (const chain of sequencesOf(jobs)) {
      for (const job of chain) this.#accept(job, chain);
      this.#answerPending(chain);
      this.#track(this.#runChain(chain, round));
    }
  }

  /** Aborts a call, which is answered at once. Calls that would have followed it in its sequence do not start. */
  cancel(callId: CallId): void {
    const jobs = this.#chains.get(callId) ?? [];
    const index = jobs.findIndex((job) => job.call.callId === callId);
    for (const job of jobs.slice(Math.max(index, 0))) job.abort.abort();
  }

  /** Aborts everything and waits until it has ended, however long a tool takes to notice. */
  async close(): Promise<void> {
    for (const callId of this.#chains.keys()) this.cancel(callId);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
    return work;
  }

  #accept({ call, label }: Job, chain: readonly Job[]): void {
    this.#chains.set(call.callId, chain);
    this.#options.jobs.add(call.callId, call.name, label);
  }

  /** A call in the background is answered at once, and with it those that wait for it, so that it holds up nobody. */
  #answerPending(chain: readonly Job[]): void {
    const { done } = this.#options;
    const first = chain.findIndex((job) => job.start.background);
    for (const { call, start } of first === -1 ? [] : chain.slice(first)) {
      queueMicrotask(() => done(call.callId, { kind: "pending", isError: false, text: stubText(start.delayMs) }));
    }
  }

  #prepare(call: ToolCallPart): Job | undefined {
    const { toolbox, workspace, done } = this.#options;
    const refuse = (text: string) => queueMicrotask(() => done(call.callId, { kind: "final", isError: true, text }));
    const tool = findTool(toolbox.offered, call.name);
    if (!tool) return void this.#refuseUnknown(call);
    if (call.malformed !== undefined) {
      return void refuse(
        `Not run: the arguments of ${call.name} are not a JSON object: ${call.malformed.slice(0, 200)}`,
      );
    }
    const unfit = (error: z.ZodError) =>
      void refuse(`Not run: the arguments of ${call.name} do not fit.\n${z.prettifyError(error)}`);
    const begun = takeStart(tool, call.args);
    if ("error" in begun) return unfit(begun.error);
    const parsed = tool.schema.safeParse(begun.args);
    if (!parsed.success) return unfit(parsed.error);
    const args = parsed.data as never;
    try {
      const key = tool.serializeKey(args, workspace);
      const label = labelOf(tool, args);
      return { call, tool, args, label, key, start: begun.start, abort: new AbortController(), taken: [] };
    } catch (error) {
      return void refuse(crashed(call.name, error));
    }
  }

  /** A call of a tool that is not offered. One of the shelf is taken down: its name was known from before. */
  async #refuseUnknown({ callId, name }: ToolCallPart): Promise<void> {
    const { toolbox, done } = this.#options;
    const { names: taken, problems } = await (toolbox.mayHave(name) ? toolbox.take([name]) : nothingTaken);
    const text = toolbox.names.includes(name)
      ? `${name} was not loaded, so it was not run. It is loaded now: call it again.`
      : `There is no tool "${name}". Tools: ${toolbox.names.join(", ") || "none"}.`;
    const refusal = { kind: "final", isError: true, text: problems.join("\n") || text } as const;
    done(callId, { ...refusal, ...(taken.length > 0 && { taken: [...taken] }) });
  }

  async #runChain(chain: readonly Job[], round: Round): Promise<void> {
    const { clock } = this.#options;
    const [first] = chain;
    if (first && first.start.delayMs > 0) await clock.sleep(first.start.delayMs, first.abort.signal);
    for (const job of chain) {
      await this.#runJob(job, round);
      this.#chains.delete(job.call.callId);
    }
  }

  async #runJob(job: Job, round: Round): Promise<void> {
    const { clock, done, jobs } = this.#options;
    const { call, abort } = job;
    const startedAt = clock.now();
    const output = abort.signal.aborted
      ? stopped
      : await Promise.race([this.#track(this.#runTool(job)), stop(abort.signal)]);
    const { isError = false, attachments, details } = output;
    const { taken } = job;
    const text = await this.#bound(job, output.text, round);
    jobs.ended(call.callId);
    done(call.callId, {
      kind: abort.signal.aborted ? "cancelled" : "final",
      isError: isError || abort.signal.aborted,
      text,
      ...(attachments?.length ? { attachments: [...attachments] } : {}),
      ...keptDetails(details),
      ...(taken.length > 0 ? { taken: [...taken] } : {}),
      durationMs: clock.now() - startedAt,
    });
  }

  #runTool(job: Job): Promise<ToolOutput> {
    const { agent, ask, hooked, workspace } = this.#options;
    if (!hooked) return this.#runPlain(job, job.args);
    const { call, tool, args, label, abort } = job;
    const { signal } = abort;
    return runHooked({
      ...hooked,
      tool,
      label,
      call: { agent, callId: call.callId, name: call.name, args, cwd: workspace.cwd, signal },
      ask: ask && ((wanted) => ask(call.callId, wanted, signal)),
      run: (args) => (signal.aborted ? Promise.resolve(stopped) : this.#runPlain(job, args)),
    });
  }

  async #runPlain(job: Job, args: never): Promise<ToolOutput> {
    const { agent, ask, clock, fleet, jobs, workspace, countTokens, emit } = this.#options;
    const { call, tool, abort } = job;
    const label = args === job.args ? job.label : labelOf(tool, args);
    jobs.started(call.callId);
    emit({ type: "toolStarted", call: call.callId, name: call.name, label });
    try {
      return await tool.run(args, {
        callId: call.callId,
        agent,
        clock,
        workspace,
        fleet,
        jobs,
        shelf: this.#shelfFor(job),
        countTokens,
        signal: abort.signal,
        ask: ask && ((wanted) => ask(call.callId, wanted, abort.signal)),
        progress: (news) => {
          if (abort.signal.aborted) return;
          jobs.heard(call.callId, news);
          const stream = news.type === "output" ? news.stream : "status";
          emit({ type: "toolOutput", call: call.callId, stream, text: news.text });
        },
      });
    } catch (error) {
      return { text: crashed(call.name, error), isError: true };
    } finally {
      this.#tellCwd();
    }
  }

  #shelfFor(job: Job): ToolShelf {
    const { toolbox } = this.#options;
    return {
      list: () => toolbox.shelf,
      open: () => toolbox.open(),
      introduce: (names) => toolbox.introduce(names),
      async take(wanted) {
        const { names, problems } = await toolbox.take(wanted);
        job.taken.push(...names);
        return problems;
      },
    };
  }

  #tellCwd(): void {
    const { emit, workspace } = this.#options;
    if (workspace.cwd === this.#toldCwd) return;
    this.#toldCwd = workspace.cwd;
    emit({ type: "workspace", cwd: workspace.cwd });
  }

  async #bound(job: Job, text: string, round: Round): Promise<string> {
    if (text === "") return "(no output)";
    const own = job.tool.maxResultChars ?? defaultResultChars;
    const max = own === 0 ? Number.POSITIVE_INFINITY : Math.min(own, round.charsLeft);
    round.charsLeft = Math.max(0, round.charsLeft - keptChars(text, max));
    return this.#options.spill.bound(job.call.callId, text, max);
  }
}

const nothingTaken: Taken = { names: [], problems: [] };
const stopped: ToolOutput = { text: "The call was stopped before it finished.", isError: true };

/** Resolves when the call is aborted; what its tool still says is of no use then. */
function stop(signal: AbortSignal): Promise<ToolOutput> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(stopped), { once: true }));
}

function crashed(name: string, error: unknown): string {
  return `${name} failed unexpectedly: ${messageOf(error)}`;
}

function labelOf(tool: AnyTool, args: never): string {
  try {
    return tool.label(args).split("\n", 1)[0] ?? tool.name;
  } catch {
    return tool.name;
  }
}
