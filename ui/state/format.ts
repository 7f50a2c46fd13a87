/** Numbers as people read them. */

/** `40 ms`, `1.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function shownMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
  return two(Math.floor(seconds / 3_600), "h", Math.floor((seconds % 3_600) / 60), "min");
}

const two = (big: number, bigUnit: string, small: number, smallUnit: string) =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;

/** `950`, `1.2k`, `48k`, `1.3M`. */
export function shownCount(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${short(count / 1_000)}k`;
  return `${short(count / 1_000_000)}M`;
}

const short = (value: number) => (value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value)));

/** Whole cents; below ten of them, what counts. */
export function shownUsd(usd: number): string {
  if (usd === 0) return "$0";
  if (usd < 0.0001) return "<$0.0001";
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

export function shownBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_023.5 * 1_024) return `${short(bytes / 1_024)} KB`;
  if (bytes < 1_023.5 * 1_024 ** 2) return `${short(bytes / 1_024 ** 2)} MB`;
  return `${short(bytes / 1_024 ** 3)} GB`;
}

/** `3 files`, `1 file`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share of one as `7 %`; what is not nothing is never `0 %`, what is not all never `100 %`. */
export function shownShare(share: number): string {
  const percent = Math.round(share * 100);
  if (share > 0 && percent === 0) return "<1 %";
  return `${share < 1 ? Math.min(percent, 99) : percent} %`;
}

/** How long ago or until then, from `now`, both Unix ms: `just now`, `5 min ago`, `in 2 h`, `3 days ago`. */
export function shownWhen(at: number, now: number): string {
  const seconds = Math.abs(at - now) / 1_000;
  if (seconds < 45) return at > now + 1_000 ? `in ${Math.ceil(seconds)} s` : "just now";
  const words = span(seconds);
  return at < now ? `${words} ago` : `in ${words}`;
}

function span(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 24 ? `${hours} h` : plural(Math.round(hours / 24), "day");
}

/** USD for a million tokens: `$3`, `$0.30`, `$12.50`. */
export function shownPrice(usd: number): string {
  if (Number.isInteger(usd)) return `$${usd}`;
  return `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`;
}

/** `41 tokens/s`, `7.5 tokens/s`. */
export function shownSpeed(tokensPerSecond: number): string {
  const number = tokensPerSecond < 1_000 ? short(tokensPerSecond) : shownCount(tokensPerSecond);
  return `${number} tokens/s`;
}
