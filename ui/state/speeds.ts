/** How fast the models of this machine last answered, in tokens a second, as this page saw it. */
import { createSignal } from "solid-js";

const [speeds, setSpeeds] = createSignal<ReadonlyMap<string, number>>(new Map());

export { speeds };

export function noteSpeed(model: string, tokensPerSecond: number): void {
  if (speeds().get(model) !== tokensPerSecond) setSpeeds((all) => new Map(all).set(model, tokensPerSecond));
}
