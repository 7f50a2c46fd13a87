/** A model behind a vendor's program: the words and calls of one round after another. */

import { systemClock } from "../../agent/clock.ts";
import { messageOf } from "../../agent/error.ts";
import { noUsage, type StopReason, type ToolResultMessage } from "../../agent/message.ts";
import type { Chunk, Model, ModelRequest } from "../../agent/model.ts";
import { ProviderError } from "../../agent/provider-error.ts";
import { type Call, runCall } from "../call.ts";
import { type Parts, settleStop } from "../parts.ts";
import { Conversation, type Delivery } from "./conversation.ts";
import { programFailed } from "./failures.ts";
import type { Link, LinkEvent, LinkOptions, StartLink } from "./link.ts";
import type { CliVendor } from "./vendors.ts";

/** Longest silence of a program in the middle of a turn: some think for minutes without a sign of it. */
const idleLimitMs = 300_000;
/** Longest time that a program may take to be ready. */
const readyLimitMs = 60_000;

/**
 * Head start of what is said in the middle of a turn: it takes another way than results do, and a program that has its
 * results goes on at once.
 */
const wordsFirstMs = 50;

export interface CliModelOptions extends LinkOptions {
  readonly start: StartLink;
  /** Called before anything is closed. */
  readonly onClose: () => void;
  readonly idleMs?: number | undefined;
}

export function createCliModel(options: CliModelOptions): Model {
  const { vendor, info, start, onClose, idleMs = idleLimitMs } = options;
  const conversation = new Conversation(info, (wish) =>
    start(options, wish).catch((error) => unstarted(error, vendor)),
  );
  const events = (request: ModelRequest, call: Call) => answer(conversation, request, call, options);
  const close = async () => {
    onClose();
    await conversation[Symbol.asyncDispose]();
  };
  return {
    info,
    stream: (request, signal) => runCall({ provider: vendor.label, signal, idleMs }, (call) => events(request, call)),
    estimateText: (text) => Math.ceil(text.length / info.charsPerToken),
    estimateAttachment: () => attachmentTokens,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function unstarted(error: unknown, vendor: CliVendor): never {
  if (error instanceof ProviderError) throw error;
  throw programFailed(vendor, messageOf(error));
}

/** A picture of a million pixels, by the vendors' own formulas. */
const attachmentTokens = 1500;

async function* answer(
  conversation: Conversation,
  request: ModelRequest,
  call: Call,
  { vendor }: CliModelOptions,
): AsyncGenerator<Chunk> {
  const delivery = await conversation.begin(request);
  const { link, results, words } = delivery;
  const { watch } = call;
  const wake = () => link.events.push({ type: "alive" });
  watch.signal.addEventListener("abort", wake, { once: true });
  let isDone = false;
  try {
    if (words.length + results.length === 0) {
      isDone = true;
      return yield ended(delivery, [], { parts: [], stopReason: "endTurn", usage: noUsage });
    }
    if (delivery.isFresh) await readiness(link, call, vendor);
    if (watch.signal.aborted) return;
    call.begun = true;
    if (words.length > 0) link.say(words);
    if (words.length > 0 && results.length > 0) await systemClock.sleep(wordsFirstMs, watch.signal);
    const missed = results.filter(({ key, message }) => !link.answer(key, conversation.answerOf(message)));
    if (missed.length > 0) link.say(missed.map(({ message }) => ({ type: "text", text: missedText(message) })));
    for await (const chunk of read(link, call, delivery, vendor)) {
      isDone ||= chunk.type === "done" && chunk.stopReason !== "refusal";
      yield chunk;
    }
  } finally {
    watch.signal.removeEventListener("abort", wake);
    if (!isDone) {
      link.interrupt();
      conversation.drop(link, watch.ended() ? request : undefined);
    }
  }
}

/** A result whose program has given up on the call. */
function missedText({ callId, name, text }: ToolResultMessage): string {
  return `The result of ${name} (${callId}), which came too late:\n\n${text}`;
}

/** Waits until the program can be talked to, or the call is ended from this side. */
async function readiness(link: Link, { watch }: Call, vendor: CliVendor): Promise<void> {
  const stop = new AbortController();
  const late = systemClock.sleep(readyLimitMs, stop.signal).then(() => "late" as const);
  const ready = link.ready.then(() => "ready" as const);
  ready.catch(() => {});
  try {
    while (!watch.signal.aborted) {
      const event = link.events.take();
      if (event?.type === "failed") throw event.error;
      if (event) continue;
      const first = await Promise.race([ready, late, link.events.ready()]);
      if (first === "ready") return;
      if (first === "late") throw programFailed(vendor, `it was not ready within ${readyLimitMs / 1000} s`);
    }
  } finally {
    stop.abort();
  }
}

/** Reads until the program is done or waits for results. Ends without `done` when the call was ended from this side. */
async function* read(link: Link, call: Call, delivery: Delivery, vendor: CliVendor): AsyncGenerator<Chunk> {
  const { parts, watch } = call;
  const calls: string[] = [];
  const done = (stop: StopReason): Chunk => {
    const all = parts.all();
    return ended(delivery, calls, { parts: all, stopReason: settleStop(stop, all), usage: call.usage ?? noUsage });
  };
  while (!watch.signal.aborted) {
    const event = link.events.take();
    if (!event) {
      if (await isQuiet(link, calls.length > 0 ? link.gatherMs : undefined)) return yield done("toolUse");
      continue;
    }
    watch.touch();
    switch (event.type) {
      case "roundEnded":
        if (calls.length > 0) return yield done("toolUse");
        break;
      case "turnEnded":
        if (calls.length > 0) throw programFailed(vendor, "it ended its turn without waiting for its calls");
        return yield done(event.stop);
      case "failed":
        throw event.error;
      case "call":
        calls.push(event.key);
        yield* wholeCall(event, parts);
        break;
      default:
        yield* show(event, call);
    }
  }
}

type Done = Extract<Chunk, { type: "done" }>;

/** Keeps the program for what comes next before anybody hears that it is done. */
function ended({ keep }: Delivery, calls: readonly string[], end: Omit<Done, "type">): Done {
  const done: Done = { type: "done", ...end };
  keep(done, calls);
  return done;
}

type Shown = Exclude<LinkEvent, { type: "roundEnded" | "turnEnded" | "failed" | "call" }>;

function* show(event: Shown, call: Call): Generator<Chunk> {
  const { parts } = call;
  switch (event.type) {
    case "text":
      return yield parts.text(event.key, event.text);
    case "thinking":
      return yield parts.thinking(event.key, event.text);
    case "callBegun":
      return yield parts.call(event.key, event.name);
    case "callArgs":
      return yield parts.args(event.key, event.text);
    case "limits":
      return yield event;
    case "usage":
      // The prompt of the last request holds those before it; answers add up.
      call.usage = { ...event.usage, output: (call.usage?.output ?? 0) + event.usage.output };
      return;
    case "alive":
      return;
    default:
      return event satisfies never;
  }
}

function* wholeCall({ key, name, args }: Extract<LinkEvent, { type: "call" }>, parts: Parts): Generator<Chunk> {
  if (!parts.has(key)) {
    yield parts.call(key, name);
    yield parts.args(key, args);
  }
  parts.finish(key);
}

/** Waits for an event; resolves to true where none came within `limitMs`. */
async function isQuiet(link: Link, limitMs: number | undefined): Promise<boolean> {
  if (limitMs === undefined) return link.events.ready().then(() => false);
  const late = Promise.withResolvers<true>();
  const timer = setTimeout(late.resolve, limitMs, true);
  try {
    return (await Promise.race([late.promise, link.events.ready()])) === true;
  } finally {
    clearTimeout(timer);
  }
}
