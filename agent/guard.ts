/**
 * Notices an agent that goes in circles: rounds of calls that repeat, and peers that answer each other with nothing else
 * done. Pure; the machine keeps the value and does what is judged here. A person's word begins everything anew.
 */
import type { ToolCallPart } from "./message.ts";

/** So many times in a row are the same rounds made before the model is told. */
export const repeatsNoticed = 3;
/** So many rounds later, if they still repeat, the calls are refused. */
export const roundsForgiven = 2;
/** Both counts are so many times as high while repeated calls bring something new, as polling does. */
export const patience = 2;
/** The longest sequence of rounds that counts as a repetition. */
const longestPeriod = 3;
/** Rounds that are remembered: what it takes to refuse the longest sequence. */
const remembered = patience * (longestPeriod * repeatsNoticed + roundsForgiven);

/** So many messages of one peer, each answered with nothing else done, before the model is told. */
export const talkNoticed = 12;
/** So many before it is not asked any more. */
export const talkStopped = 24;
/** The tool that peers answer each other with. */
const replyTool = "AgentSend";

interface Round {
  readonly calls: readonly ToolCallPart[];
  /** What the model heard from then to the next round: results, notices, words of peers. The first `maxNews` of them. */
  readonly news: readonly string[];
}

const maxNews = 64;

export interface Guard {
  readonly rounds: readonly Round[];
  /** Rounds since the model was told that it repeats itself; null where they do not repeat. */
  readonly since: number | null;
  /** Messages of each peer, by label, since the agent last did anything but answer. */
  readonly talk: Readonly<Record<string, number>>;
  /** What was last done about them; null where something else was done since. */
  readonly peers: "heard" | "answered" | null;
}

export const emptyGuard: Guard = { rounds: [], since: null, talk: {}, peers: null };

export interface Judgement {
  readonly guard: Guard;
  readonly verdict: "go" | "notice" | "stop";
  /** How often it happened. */
  readonly times: number;
}

/** Takes note of a round that is about to run. */
export function judgeRound(guard: Guard, calls: readonly ToolCallPart[]): Judgement {
  const isTalk = calls.every((call) => call.name === replyTool);
  if (isTalk && guard.peers === "heard") return go({ ...guard, peers: "answered" });
  const talk = isTalk ? {} : { talk: {}, peers: null };
  const rounds = [...guard.rounds, { calls, news: [] }].slice(-remembered);
  const found = repetition(rounds);
  if (!found) return go({ ...guard, ...talk, rounds, since: null });
  const { times, isSteady } = found;
  const since = guard.since === null ? 0 : guard.since + 1;
  if (since >= roundsForgiven * (isSteady ? 1 : patience)) return { guard: emptyGuard, verdict: "stop", times };
  return { guard: { ...guard, ...talk, rounds, since }, verdict: since === 0 ? "notice" : "go", times };
}

/** Takes note of messages that the model is about to hear. */
export function judgeMessages(
  guard: Guard,
  messages: readonly { readonly from?: string; readonly text: string }[],
): Judgement {
  const senders = new Set(messages.map((message) => message.from));
  if (senders.has(undefined)) return go(emptyGuard);
  const talk = guard.peers === "answered" ? { ...guard.talk } : {};
  let times = 0;
  for (const sender of senders) {
    if (sender === undefined) continue;
    talk[sender] = (talk[sender] ?? 0) + 1;
    times = Math.max(times, talk[sender]);
  }
  const heard = messages.reduce((so, { text }) => hear(so, text), guard);
  const next: Guard = { ...heard, talk, peers: "heard" };
  if (times >= talkStopped) return { guard: next, verdict: "stop", times };
  return { guard: next, verdict: times === talkNoticed ? "notice" : "go", times };
}

/** Takes note of a result: what the last round came to. */
export function hear(guard: Guard, text: string): Guard {
  const last = guard.rounds.at(-1);
  if (!last || last.news.length >= maxNews) return guard;
  return { ...guard, rounds: [...guard.rounds.slice(0, -1), { ...last, news: [...last.news, text] }] };
}

export const repeatNotice = (times: number) =>
  `You have made the same calls ${times} times in a row. Do not repeat them: try another way, or answer with what you have. To wait for something, let it run in the background and end your turn.`;

export const talkNotice = (times: number) =>
  `You and other agents have answered each other ${times} times with nothing else done. Unless something is left to do, do not answer any more.`;

const go = (guard: Guard): Judgement => ({ guard, verdict: "go", times: 0 });

/** How often the last rounds, one or a few in turn, were made in a row; undefined where that is not too often. */
function repetition(rounds: readonly Round[]): { times: number; isSteady: boolean } | undefined {
  for (let period = 1; period <= longestPeriod; period += 1) {
    const found = repeats(rounds, period);
    if (found.times >= repeatsNoticed * (found.isSteady ? 1 : patience)) return found;
  }
  return undefined;
}

/** Steady means that every repetition brought what the one before it had; of the last round that is not known yet. */
function repeats(rounds: readonly Round[], period: number): { times: number; isSteady: boolean } {
  const last = rounds.length - 1;
  let isSteady = true;
  let index = last;
  for (; index >= period; index -= 1) {
    const [one, other] = [rounds[index], rounds[index - period]];
    if (!one || !other || !sameCalls(one, other)) break;
    if (index < last && !sameNews(one, other)) isSteady = false;
  }
  return { times: Math.floor((last - index + period) / period), isSteady };
}

function sameCalls(one: Round, other: Round): boolean {
  const plain = ({ calls }: Round) => calls.map(({ name, args, malformed }) => ({ name, args, malformed }));
  return one.calls.length === other.calls.length && Bun.deepEquals(plain(one), plain(other));
}

/** Results of calls that run beside each other come in any order. */
function sameNews(one: Round, other: Round): boolean {
  return one.news.length === other.news.length && Bun.deepEquals(one.news.toSorted(), other.news.toSorted());
}
