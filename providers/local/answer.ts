/** One answer of a local model: text and thinking sampled freely, calls forced into their grammar. Knows no engine. */
import type { StopReason } from "../../agent/message.ts";
import type { Chunk } from "../../agent/model.ts";
import type { Parts } from "../parts.ts";
import type { CallForm } from "./grammar.ts";
import type { Pen } from "./pen.ts";
import type { WrittenCall } from "./prompt.ts";
import { createScanner, type Scan } from "./scan.ts";

export interface AnswerJob {
  readonly pen: Pen;
  readonly form: CallForm;
  /** There are tools, and the pen knows the grammar of a call from behind `form.open`. */
  readonly tools: boolean;
  /** The pen knows a grammar of the whole answer in words; it then has no thinking. */
  readonly output: boolean;
  readonly maxTokens: number;
  /** The answer ends as `contextWindow` rather than `maxTokens` when it reaches `maxTokens`. */
  readonly windowLimited: boolean;
  readonly stops: readonly string[];
  /** Space that the answer begins with and that is no part of it. */
  readonly lead: string;
  /** The prompt ended inside thinking. */
  readonly thinking: boolean;
  /** The first thing the model does is a call. */
  readonly callFirst: boolean;
  /** No call may be made, whatever the tools. */
  readonly wordsOnly: boolean;
  /** Whether a call was made already and must not be made again; it is then taken back and the model answers in words. */
  readonly isRepeat?: (call: WrittenCall) => boolean;
}

export interface AnswerState {
  readonly parts: Parts;
  outputTokens: number;
}

/** Streams the answer's deltas and returns why it ended. Throws `AbortedError`. Stopping the iteration leaves the model usable. */
export async function* writeAnswer(job: AnswerJob, state: AnswerState): AsyncGenerator<Chunk, StopReason> {
  const { pen } = job;
  const part = createPartWriter(state.parts, job.form);
  let mayCall = job.tools && !job.wordsOnly;
  let callAt = job.callFirst && mayCall ? 0 : undefined;
  let thinking = job.thinking;
  let calls = 0;
  if (job.output && thinking) {
    pen.force(0, "</think>\n\n");
    thinking = false;
  }
  while (true) {
    if (callAt === undefined) {
      const prose = yield* writeProse(job, state, pen, part, { mayCall, thinking, silent: calls > 0 });
      if (prose.type === "end") return calls && prose.reason === "endTurn" ? "toolUse" : prose.reason;
      callAt = prose.at;
    }
    thinking = false;
    const call = yield* writeCall(job, state, pen, part, callAt);
    if (call === "cut") return limitReached(job);
    if (call === "repeat") {
      mayCall = false;
      pen.force(callAt, "");
    } else {
      calls++;
      if (!job.form.close) return "toolUse";
      pen.force(pen.text.length, job.form.close);
    }
    callAt = undefined;
  }
}

type Prose = { readonly type: "open"; readonly at: number } | { readonly type: "end"; readonly reason: StopReason };

/** Text and thinking, up to a call or the end. */
async function* writeProse(
  job: AnswerJob,
  state: AnswerState,
  pen: Pen,
  part: PartWriter,
  { mayCall, thinking, silent }: { mayCall: boolean; thinking: boolean; silent: boolean },
): AsyncGenerator<Chunk, Prose> {
  const { form, stops } = job;
  const output = job.output && !silent;
  const scanner = createScanner({
    ...(mayCall && (form.close || !output) ? { open: form.mark, openAtLine: form.atLine } : {}),
    stops,
    thinking,
    thinks: !output,
    trims: job.lead !== "" && !pen.text.trim(),
    from: pen.text.length,
  });
  const take = function* (scans: Scan[]): Generator<Chunk, Prose | undefined> {
    for (const scan of scans) {
      if (scan.type === "open") return { type: "open", at: scan.at };
      if (scan.type === "stop") return { type: "end", reason: "stopSequence" };
      // Between two calls there is only space; it is no part of the answer.
      if (silent && !scan.text.trim()) continue;
      yield part.say(scan.type, scan.text);
    }
    return undefined;
  };
  if (pen.length < job.maxTokens) {
    const rule = output ? "output" : job.tools && !mayCall ? "words" : "free";
    for await (const words of pen.write(rule)) {
      state.outputTokens = pen.length;
      const prose = yield* take(scanner.push(words));
      if (prose) return prose;
      if (pen.length >= job.maxTokens || isLoop(pen)) {
        return (yield* take(scanner.end())) ?? { type: "end", reason: limitReached(job) };
      }
    }
    return (yield* take(scanner.end())) ?? { type: "end", reason: "endTurn" };
  }
  return { type: "end", reason: limitReached(job) };
}

/** A call from its opening to the end of its object. Where repeats are refused it is told only once it is known not to be one. */
async function* writeCall(
  job: AnswerJob,
  state: AnswerState,
  pen: Pen,
  part: PartWriter,
  at: number,
): AsyncGenerator<Chunk, "whole" | "repeat" | "cut"> {
  pen.force(pen.text.slice(0, at).trim() ? at : 0, job.form.open);
  const start = pen.text.length;
  const raw = () => pen.text.slice(start);
  part.next();
  for await (const _ of pen.write("call")) {
    state.outputTokens = pen.length;
    if (isWhole(raw(), job.form) || pen.length >= job.maxTokens || isLoop(pen)) break;
    if (!job.isRepeat) yield* part.call(raw(), false);
  }
  const whole = isWhole(raw(), job.form);
  if (whole && job.isRepeat?.(readCall(raw(), true, job.form))) return "repeat";
  yield* part.call(raw(), whole);
  return whole ? "whole" : "cut";
}

const loopChars = 400;
const maxPeriod = 100;

/** Whether the answer's last 400 characters are one block over and over; a small model does not find its way out. */
function isLoop({ text, length }: Pen): boolean {
  if (length % 64 || text.length < loopChars) return false;
  const tail = text.slice(-loopChars);
  for (let period = 1; period <= maxPeriod; period++) if (tail.startsWith(tail.slice(period))) return true;
  return false;
}

function limitReached(job: AnswerJob): StopReason {
  return job.windowLimited ? "contextWindow" : "maxTokens";
}

/** Whether the call that was opened is complete. */
function isWhole(raw: string, form: CallForm): boolean {
  if (!raw.endsWith(`}${form.end}`)) return false;
  try {
    JSON.parse(readCall(raw, true, form).args);
    return true;
  } catch {
    return false;
  }
}

/** Name and arguments of a call so far. What may be its end waits until it is known which braces are the arguments' own. */
function readCall(raw: string, whole: boolean, { between, end }: CallForm): WrittenCall {
  const at = raw.indexOf(between);
  if (at < 0) return { name: "", args: "" };
  const args = raw.slice(at + between.length);
  return { name: raw.slice(0, at), args: whole ? args.slice(0, -end.length) : args.replace(/\}*\n?`*$/, "") };
}

/** Turns what is written into parts, a new one with each change of kind. */
interface PartWriter {
  say(kind: "text" | "thinking", text: string): Chunk;
  /** A call begins. */
  next(): void;
  call(raw: string, whole: boolean): Generator<Chunk>;
}

function createPartWriter(parts: Parts, form: CallForm): PartWriter {
  let key = 0;
  let kind: "text" | "thinking" | "call" | undefined;
  let told: WrittenCall = { name: "", args: "" };
  const begin = (next: typeof kind) => {
    if (next !== kind || next === "call") key++;
    kind = next;
  };
  return {
    say(next, text) {
      begin(next);
      return parts[next](key, text);
    },
    next() {
      begin("call");
      told = { name: "", args: "" };
    },
    *call(raw, whole) {
      const now = readCall(raw, whole, form);
      if (now.name && !told.name) yield parts.call(key, now.name);
      if (now.args.length > told.args.length) yield parts.args(key, now.args.slice(told.args.length));
      told = now.name ? now : told;
      if (whole) parts.finish(key);
    },
  };
}
