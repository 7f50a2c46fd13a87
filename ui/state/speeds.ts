/**
 * How fast the models of this machine answer, in tokens a second, as this page saw it. What a model reads before it begins
 * to answer, and the loading of its weights, is no part of it.
 */
import { createSignal } from "solid-js";
import type { AssistantItem } from "./view.ts";

const [speeds, setSpeeds] = createSignal<ReadonlyMap<string, number>>(new Map());

export { speeds };

const charsPerToken = 4;
/** Less says nothing. */
const leastMs = 50;

/** Watches one answer after the other; to be asked at each change of the newest one. */
export class Stopwatch {
  #item: string | undefined;
  #beganAt: number | undefined;
  #endedAt: number | undefined;

  /** Undefined before there is anything to measure, and for an answer that was over when it was first seen. */
  speed(item: AssistantItem, now: number): number | undefined {
    if (item.id !== this.#item) [this.#item, this.#beganAt, this.#endedAt] = [item.id, undefined, undefined];
    const chars = charsOf(item);
    if (item.live && chars > 0) this.#beganAt ??= now;
    if (!item.live) this.#endedAt ??= now;
    if (this.#beganAt === undefined) return undefined;
    const ms = (this.#endedAt ?? now) - this.#beganAt;
    const tokens = item.live ? chars / charsPerToken : (item.usage?.output ?? 0);
    return ms >= leastMs && tokens > 0 ? tokens / (ms / 1_000) : undefined;
  }
}

function charsOf({ parts }: AssistantItem): number {
  return parts.reduce((sum, part) => sum + (part.type === "call" ? part.call.raw : part.text).length, 0);
}

export function noteSpeed(model: string, tokensPerSecond: number): void {
  if (speeds().get(model) !== tokensPerSecond) setSpeeds((all) => new Map(all).set(model, tokensPerSecond));
}
