/** Runs the machine: takes what has arrived, steps once, performs the effects, and feeds back what comes of them. */
import type { Asks } from "./asks.ts";
import type { Dispatch } from "./dispatch.ts";
import { type ErrorInfo, toErrorInfo } from "./error.ts";
import type { Log } from "./log.ts";
import { step } from "./machine.ts";
import {
  type Compaction,
  type Effect,
  type Input,
  initialState,
  isResting,
  type MachineState,
  type Switch,
  type Tuning,
} from "./machine-state.ts";
import { pace } from "./pace.ts";

/** The slow things a loop asks for. Each resolves to the input that reports it; a rejection is a bug, reported as a failure. */
export interface LoopWork {
  callModel(generation: number, signal: AbortSignal): Promise<Input>;
  compact(generation: number, wanted: Compaction, signal: AbortSignal): Promise<Input>;
  /** Whether the work may end. */
  judgeRest(generation: number, again: boolean, signal: AbortSignal): Promise<Input>;
  tune(wanted: Tuning): void;
  switchModel(wanted: Switch): Promise<void>;
  /** The model's memory of files and results is void. */
  forget(): void;
}

export interface LoopOptions {
  readonly log: Log;
  readonly dispatch: Dispatch;
  readonly asks: Asks;
  readonly work: LoopWork;
  /** As at the start of a new agent where absent. */
  readonly state?: MachineState;
}

export class Loop {
  readonly #log: Log;
  readonly #work: LoopWork;
  readonly #dispatch: Dispatch;
  readonly #asks: Asks;
  readonly #inputs: Input[] = [];
  #state: MachineState;
  #wake: (() => void) | null = null;
  #closed = false;
  /** Stops the model call or the compaction under way; there is one at a time. */
  #stop: AbortController | undefined;
  readonly #slow = new Set<Promise<void>>();
  readonly #ended: Promise<void>;

  constructor({ log, dispatch, asks, work, state = initialState() }: LoopOptions) {
    this.#log = log;
    this.#asks = asks;
    this.#dispatch = dispatch;
    this.#work = work;
    this.#state = state;
    this.#ended = this.#run();
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Something runs, waits its turn or has yet to be looked at. */
  get isBusy(): boolean {
    return this.#inputs.length > 0 || !isResting(this.#state);
  }

  /** Hands in an input; it is handled after the present task, together with what else arrived by then. */
  send(input: Input): void {
    this.#inputs.push(input);
    this.#wake?.();
  }

  /** Stops the model and every tool and waits until they have ended. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#ended;
    this.#stop?.abort();
    await Promise.all([...this.#slow, this.#dispatch.close()]);
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      if (this.#inputs.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
      this.#wake = null;
      const turn = pace();
      if (turn) await turn;
      if (this.#closed) return;
      this.#advance(this.#inputs.splice(0));
    }
  }

  #advance(inputs: readonly Input[]): void {
    const { state, effects } = step(this.#state, inputs);
    this.#state = state;
    for (const effect of effects) {
      try {
        this.#perform(effect);
      } catch (error) {
        this.#log.emit({ type: "error", error: toErrorInfo(error) });
      }
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "append":
        this.#log.append(effect.entry);
        return;
      case "emit":
        this.#log.emit(effect.event);
        return;
      case "callModel":
        return this.#begin(
          (signal) => this.#work.callModel(effect.generation, signal),
          (error) => ({
            type: "modelFailed",
            generation: effect.generation,
            error,
            partial: null,
            cause: "other",
          }),
        );
      case "cancelModel":
      case "cancelCompact":
        return this.#stop?.abort();
      case "runTools":
        return this.#dispatch.run(effect.calls);
      case "cancelTool":
        return this.#dispatch.cancel(effect.callId);
      case "answer":
        return this.#asks.settle(effect.askId, effect.answer);
      case "compact":
        this.#log.emit({ type: "compactStarted" });
        return this.#begin(
          (signal) => this.#work.compact(effect.generation, effect.wanted, signal),
          (error) => ({ type: "compactFailed", generation: effect.generation, error }),
        );
      case "judgeRest": {
        const { generation } = effect;
        return this.#begin(
          (signal) => this.#work.judgeRest(generation, effect.again, signal),
          () => ({ type: "restJudged", generation, goOn: null }),
        );
      }
      case "tune":
        return this.#work.tune(effect.wanted);
      case "switch":
        return this.#feed(
          this.#work.switchModel(effect.wanted).then(() => switchDone),
          () => switchDone,
        );
      case "clear":
        this.#log.emit({ type: "cleared", upTo: this.#log.state.entries.at(-1)?.id ?? null });
        return this.#work.forget();
    }
  }

  #begin(work: (signal: AbortSignal) => Promise<Input>, failed: (error: ErrorInfo) => Input): void {
    const stop = new AbortController();
    this.#stop = stop;
    const ended = work(stop.signal).finally(() => {
      if (this.#stop === stop) this.#stop = undefined;
    });
    this.#feed(ended, failed);
  }

  #feed(work: Promise<Input>, failed: (error: ErrorInfo) => Input): void {
    const fed = work.catch((error: unknown) => failed(toErrorInfo(error))).then((input) => this.send(input));
    this.#slow.add(fed);
    fed.finally(() => this.#slow.delete(fed));
  }
}

const switchDone: Input = { type: "switchDone" };
