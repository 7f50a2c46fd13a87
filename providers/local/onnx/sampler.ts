/** Chooses the next token from a model's logits. Runs in a browser too. */

export interface Sampling {
  /** 0 takes the likeliest. */
  readonly temperature: number;
  /** Only so many of the likeliest are chosen from. */
  readonly topK: number;
  /** And of those the fewest that together have this probability. */
  readonly topP: number;
  /** Makes choices repeatable. */
  readonly seed: number | undefined;
}

export interface Bounds {
  /** A bit for each token that is allowed. */
  readonly mask?: Int32Array | undefined;
  readonly banned?: ReadonlySet<number> | undefined;
  /** In place of the sampling's own. */
  readonly temperature?: number;
}

/** Chooses; -1 where nothing is allowed. */
export type Sampler = (logits: Float32Array, bounds?: Bounds) => number;

export function createSampler(sampling: Sampling): Sampler {
  const random = sampling.seed === undefined ? Math.random : createRandom(sampling.seed);
  return (logits, bounds = {}) => {
    const temperature = bounds.temperature ?? sampling.temperature;
    const [best, ...others] = likeliest(logits, temperature > 0 ? sampling.topK : 1, bounds);
    if (!best || temperature <= 0) return best?.token ?? -1;
    const weighed = [best, ...others].map(({ token, logit }) => ({
      token,
      weight: Math.exp((logit - best.logit) / temperature),
    }));
    return draw(nucleus(weighed, sampling.topP), random());
  };
}

interface Candidate {
  readonly token: number;
  readonly logit: number;
}

/** The most likely tokens that are allowed, the likeliest first. */
function likeliest(logits: Float32Array, count: number, { mask, banned }: Bounds): Candidate[] {
  const top: Candidate[] = [];
  let least = -Infinity;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? -Infinity;
    if (!(logit > least)) continue;
    if (mask && (((mask[token >> 5] ?? 0) >> (token & 31)) & 1) === 0) continue;
    if (banned?.has(token)) continue;
    top.splice(placeOf(top, logit), 0, { token, logit });
    if (top.length > count) top.pop();
    if (top.length === count) least = top.at(-1)?.logit ?? least;
  }
  return top;
}

function placeOf(top: readonly Candidate[], logit: number): number {
  let place = top.length;
  while (place > 0 && (top[place - 1]?.logit ?? Infinity) < logit) place--;
  return place;
}

interface Weighed {
  readonly token: number;
  readonly weight: number;
}

function nucleus(all: readonly Weighed[], share: number): Weighed[] {
  const wanted = share * all.reduce((sum, { weight }) => sum + weight, 0);
  const kept: Weighed[] = [];
  let sum = 0;
  for (const each of all) {
    kept.push(each);
    sum += each.weight;
    if (sum >= wanted) break;
  }
  return kept;
}

function draw(all: readonly Weighed[], at: number): number {
  let rest = at * all.reduce((sum, { weight }) => sum + weight, 0);
  for (const { token, weight } of all) {
    rest -= weight;
    if (rest < 0) return token;
  }
  return all.at(-1)?.token ?? -1;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32, public domain). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
