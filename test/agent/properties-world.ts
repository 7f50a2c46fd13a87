/**
 * A world around the machine: a real log and context, and an environment that answers effects whenever a test says so,
 * too late or twice included. After every batch it holds the state against what must be true of any sequence.
 */
import type { Ask, AskId } from "../../agent/ask.ts";
import type { QueueId } from "../../agent/command.ts";
import { planCompaction } from "../../agent/compact.ts";
import { Context } from "../../agent/context.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { Log } from "../../agent/log.ts";
import { replay } from "../../agent/log-state.ts";
import { step } from "../../agent/machine.ts";
import { agentState, type Effect, type Input, initialState, type MachineState } from "../../agent/machine-state.ts";
import { type CallId, type Message, toolCalls } from "../../agent/message.ts";
import { historyProblem, scriptedModel, virtualClock } from "../support/index.ts";

type Work = "live" | "cancelled" | "ended";
const error = { code: "e", message: "It failed." };
const ask: Ask = { type: "question", text: "Go on?", choices: [{ label: "yes" }], allowText: false, multiple: false };

export class World {
  readonly log = new Log({ agent: "a", clock: virtualClock() });
  readonly events: AgentEvent[] = [];
  /** Every generation ever asked for, and every tool ever started. */
  readonly calls = new Map<number, Work>();
  readonly compactions = new Map<number, Work>();
  readonly tools = new Map<CallId, Work>();
  /** Every question ever asked: `open` until its call is told of an answer, or that there will be none. */
  readonly asks = new Map<AskId, "open" | "settled">();
  switching = false;
  state: MachineState;
  readonly #context = new Context(this.log.state);
  readonly #model = scriptedModel([]);
  /** Texts of accepted messages. */
  readonly #accepted: string[] = [];
  /** Calls that a clear took the ground from. */
  readonly #forgotten = new Set<CallId>();
  /** The last message accepted has had its `idle`. */
  #told = true;

  constructor(maxRounds: number | null) {
    this.state = initialState(maxRounds);
    this.log.subscribe((event) => {
      this.events.push(event);
      if (event.type === "idle") this.#told = true;
    });
  }

  feed(inputs: readonly Input[]): void {
    const before = this.state;
    for (const input of inputs) {
      const { command } = input.type === "command" ? input : { command: undefined };
      if (command?.type === "prompt" || command?.type === "peer") this.#expect(command.text);
    }
    const { state, effects } = step(before, inputs);
    this.state = state;
    for (const effect of effects) this.#perform(effect);
    if (state.generation < before.generation) throw new Error("the generation went back");
    this.#check();
  }

  #expect(text: string): void {
    this.#accepted.push(text);
    this.#told = false;
  }

  /** The report of a compaction; a live one that succeeds leaves its marker first, as the real one does. */
  compactionEnds(generation: number, succeeds: boolean, keepTokens: number): Input {
    const isLive = this.compactions.get(generation) === "live";
    this.compactions.set(generation, "ended");
    if (!succeeds) return { type: "compactFailed", generation, error };
    if (!isLive) return { type: "compactDone", generation };
    const plan = planCompaction(this.log.state, this.#model, keepTokens);
    if (!plan) return { type: "compactFailed", generation, error };
    this.log.emit({ type: "compacted", upTo: plan.upTo, summary: "so far", tokensBefore: 2, tokensAfter: 1 });
    return { type: "compactDone", generation };
  }

  /** Ends all that has not ended, the cancelled too, until nothing is left. */
  drain(): void {
    for (let left = 500; left > 0; left -= 1) {
      const input = this.#nextEnd();
      if (!input) return;
      this.feed([input]);
    }
    throw new Error("the work does not end");
  }

  #nextEnd(): Input | undefined {
    const live = <Id>(work: ReadonlyMap<Id, Work>) => [...work].find(([, is]) => is !== "ended")?.[0];
    const [generation, compaction, callId] = [live(this.calls), live(this.compactions), live(this.tools)];
    if (generation !== undefined) return this.modelSays(generation, [], "endTurn");
    if (compaction !== undefined) return this.compactionEnds(compaction, true, 20);
    if (callId !== undefined) return this.toolEnds(callId);
    if (this.switching) return this.switchEnds();
    return undefined;
  }

  modelSays(generation: number, calls: readonly CallId[], stopReason: "endTurn" | "toolUse", name = "T"): Input {
    this.calls.set(generation, "ended");
    const made = calls.map((callId) => ({ type: "toolCall", callId, name, args: {} }) as const);
    const parts = [{ type: "text", text: "said" } as const, ...made];
    return { type: "modelDone", generation, answer: { origin: { provider: "p", model: "m" }, parts, stopReason } };
  }

  toolEnds(callId: CallId, text = "result"): Input {
    this.tools.set(callId, "ended");
    return { type: "toolDone", callId, outcome: { kind: "final", isError: false, text } };
  }

  /** A call may ask when it has ended already: its tool has not noticed. */
  toolAsks(call: CallId): Input {
    const askId = this.log.nextAskId();
    this.asks.set(askId, "open");
    return { type: "asked", askId, call, ask };
  }

  switchEnds(): Input {
    this.switching = false;
    return { type: "switchDone" };
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "append":
        this.log.append(effect.entry);
        return;
      case "emit":
        this.log.emit(effect.event);
        return;
      case "callModel":
        this.#begin(this.calls, effect.generation);
        return this.#checkRequest();
      case "compact":
        return this.#begin(this.compactions, effect.generation);
      case "switch":
        this.#expectFree();
        this.switching = true;
        return;
      case "cancelModel":
        return cancel(this.calls);
      case "cancelCompact":
        return cancel(this.compactions);
      case "runTools":
        for (const { callId } of effect.calls) this.tools.set(callId, "live");
        return;
      case "cancelTool":
        this.tools.set(effect.callId, "cancelled");
        return;
      case "answer":
        if (this.asks.get(effect.askId) !== "open") throw new Error(`${effect.askId} is answered twice`);
        this.asks.set(effect.askId, "settled");
        return;
      case "clear":
        this.log.emit({ type: "cleared", upTo: this.log.state.entries.at(-1)?.id ?? null });
        for (const id of this.tools.keys()) this.#forgotten.add(id);
        return;
    }
  }

  #begin(work: Map<number, Work>, generation: number): void {
    this.#expectFree();
    const last = Math.max(0, ...this.calls.keys(), ...this.compactions.keys());
    if (generation <= last) throw new Error(`generation ${generation} comes after ${last}`);
    work.set(generation, "live");
  }

  #expectFree(): void {
    const busy = [...this.calls.values(), ...this.compactions.values()].filter((is) => is === "live").length;
    if (busy > 0 || this.switching) throw new Error("two slow things at once");
  }

  #checkRequest(): void {
    const messages = this.#context.messages();
    const problem = historyProblem(messages);
    if (problem) throw new Error(`ill-formed request: ${problem}`);
    same(messages, new Context(this.log.state).messages(), "the context that grew and the one built anew");
  }

  #check(): void {
    this.#checkSlots();
    const { state, log } = this;
    const shown = agentState(state);
    const { waiting } = state.inbox;
    same([...log.state.queued].map(waitingLine), waiting.map(inboxLine), "the queue in the log and the inbox");
    const undelivered = [...state.detached, ...state.deliveries.flatMap((notice) => notice.call?.id ?? [])];
    same([...log.state.detached.keys()].sort(), undelivered.sort(), "the detached calls in the log and the machine");
    same(replay(JSON.parse(JSON.stringify(this.events))), log.state, "the replayed state and the live one");
    this.#checkAsks();
    const running = [...state.cohort, ...state.detached];
    if (shown !== "idle" && shown !== "waiting") return;
    const asks = new Set(state.asks.map(({ call }) => call));
    if (shown === "waiting" && state.calling === null && running.length > 0 && running.every((id) => asks.has(id)))
      return;
    const busy = state.calling !== null || running.length + state.deliveries.length > 0;
    if (busy) throw new Error(`${shown} with work in flight`);
    if (shown === "idle" && waiting.length > 0) throw new Error("idle with a message waiting");
    if (!this.#told) throw new Error(`${shown}, but nobody was told`);
  }

  /** What is open is open everywhere, and only for calls that run. */
  #checkAsks(): void {
    const { asks, cohort, detached } = this.state;
    const open = [...this.asks].flatMap(([id, is]) => (is === "open" ? id : []));
    same(
      asks.map(({ askId }) => askId),
      open,
      "the questions that the machine and their calls wait for",
    );
    same([...this.log.state.asks.keys()], open, "the questions in the log and those of the calls");
    const orphans = asks.filter(({ call }) => !cohort.includes(call) && !detached.includes(call));
    same(orphans, [], "the questions of calls that have ended and none");
  }

  /** Each call has one result directly behind its message, unless it still runs or was forgotten. */
  #checkSlots(): void {
    const { entries } = this.log.state;
    const results = entries.filter((entry) => entry.type === "toolResult").map((entry) => entry.callId);
    same(results.length, new Set(results).size, "the results and the calls they answer");
    for (const [index, entry] of entries.entries()) {
      if (entry.type !== "assistant") continue;
      const wanted = toolCalls(entry).map((call) => call.callId);
      const open = new Set([...this.state.cohort, ...this.#forgotten]);
      const found = resultsBehind(entries, index);
      const missing = wanted.filter((id) => !found.includes(id) && !open.has(id));
      if (missing.length > 0) throw new Error(`no result in the slots of ${missing}`);
      if (found.some((id) => !wanted.includes(id))) throw new Error("a result behind a message that did not call");
    }
  }

  /** What must be true when everything has come to rest and nothing holds the agent back. */
  checkEnd(): void {
    const { entries } = this.log.state;
    const dropped = new Set(
      this.events.flatMap((event) => (event.type === "dequeued" && event.dropped ? event.queueId : [])),
    );
    const queued = this.events.flatMap((event) => (event.type === "queued" ? event : []));
    const lost = queued.filter((event) => dropped.has(event.queueId)).map((event) => asAccepted(event.text));
    const logged = entries.flatMap((entry) =>
      entry.type === "user" || entry.type === "peer" ? asAccepted(entry.text) : [],
    );
    same([...logged, ...lost].sort(), [...this.#accepted].sort(), "the messages that arrived and those accepted");
    const stubs = entries.flatMap((entry) =>
      entry.type === "toolResult" && entry.kind === "pending" ? entry.callId : [],
    );
    const told = entries.flatMap((entry) => (entry.type === "notice" ? (entry.call?.id ?? []) : []));
    same(told.length, new Set(told).size, "the notices and the calls they tell of");
    const never = stubs.filter((id) => !told.includes(id) && !this.#forgotten.has(id));
    same(never, [], "the detached calls that were never told of and none");
    same(agentState(this.state), "idle", "the last state and rest");
  }
}

function cancel(work: Map<number, Work>): void {
  for (const [generation, is] of work) if (is === "live") work.set(generation, "cancelled");
}

function resultsBehind(entries: readonly Message[], index: number): CallId[] {
  const found: CallId[] = [];
  for (let next = index + 1; ; next += 1) {
    const entry = entries[next];
    if (entry?.type !== "toolResult") return found;
    found.push(entry.callId);
  }
}

type Waiting = MachineState["inbox"]["waiting"][number];

const waitingLine = ([id, { policy, text }]: readonly [QueueId, Pick<Waiting, "policy" | "text">]) =>
  `${id} ${policy} ${text}`;
const inboxLine = (message: Waiting) => waitingLine([message.id, message]);
/** A message whose words were changed counts as the one that was accepted. */
const asAccepted = (text: string) => text.replaceAll("'", "");

function same(found: unknown, wanted: unknown, what: string): void {
  if (!Bun.deepEquals(found, wanted, true)) {
    throw new Error(`${what} differ: ${Bun.inspect(found)} and ${Bun.inspect(wanted)}`);
  }
}
