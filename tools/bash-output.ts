/** What a command printed: the ends of it for the model, and a coalesced live view for people. */
import { sliceWhole } from "./output.ts";

export type Stream = "stdout" | "stderr";

/** Limits of the text for the model. */
export interface OutputLimits {
  readonly maxChars: number;
  readonly maxTokens: number;
  readonly countTokens: (text: string) => number;
}

export interface Capture {
  add(stream: Stream, bytes: Uint8Array): void;
  /** Bytes printed so far, kept or not. */
  readonly bytes: Readonly<Record<Stream, number>>;
  /**
   * The output as printable text. What fits is shown in the order it arrived, stderr under a `[stderr]` line; what does
   * not is shown as the ends of stdout and then the ends of stderr, which has a quarter of the room and what stdout leaves.
   */
  text(limits: OutputLimits): string;
  /** All of it as it came, for a terminal to show; undefined where it has no escapes or is long. */
  coloured(): string | undefined;
}

/** Longest output that people see in its colours, in bytes. */
const colouredBytes = 32 * 1024;
const escapeByte = 0x1b;

/** Bytes kept of each end of each stream; more than the limits ask for in any script. */
const keptBytes = 128 * 1024;

/** Collects output in bounded memory, however much is printed. */
export function captureOutput(): Capture {
  const bytes = { stdout: 0, stderr: 0 };
  const ends = { stdout: keepEnds(), stderr: keepEnds() };
  let order: { stream: Stream; bytes: Uint8Array }[] = [];
  const whole = () => bytes.stdout + bytes.stderr <= keptBytes;
  return {
    bytes,
    add(stream, chunk) {
      bytes[stream] += chunk.length;
      ends[stream].add(chunk);
      if (whole()) order.push({ stream, bytes: chunk });
      else order = [];
    },
    text(limits) {
      const merged = whole() ? interleave(order) : undefined;
      if (merged !== undefined && fits(merged, limits)) return merged;
      const part = Math.max(1 / 4, 1 - bytes.stdout / limits.maxChars);
      const stderr = cutMiddle(ends.stderr, portion(limits, part));
      const rest = {
        ...limits,
        maxChars: limits.maxChars - stderr.length,
        maxTokens: limits.maxTokens - limits.countTokens(stderr),
      };
      return joinBlocks(cutMiddle(ends.stdout, rest), stderr);
    },
    coloured() {
      if (bytes.stdout + bytes.stderr > colouredBytes) return undefined;
      return order.some((chunk) => chunk.bytes.includes(escapeByte))
        ? decode(order.map((chunk) => chunk.bytes))
        : undefined;
    },
  };
}

function portion(limits: OutputLimits, part: number): OutputLimits {
  return { ...limits, maxChars: limits.maxChars * part, maxTokens: limits.maxTokens * part };
}

function fits(text: string, { maxChars, maxTokens, countTokens }: OutputLimits): boolean {
  return text.length <= maxChars && countTokens(text) <= maxTokens;
}

/** Joins whole lines of both streams in the order they arrived, each change of stream marked. */
function interleave(chunks: readonly { stream: Stream; bytes: Uint8Array }[]): string {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const partial = { stdout: "", stderr: "" };
  const runs: { stream: Stream; text: string }[] = [];
  const put = (stream: Stream, text: string) => {
    const last = runs.at(-1);
    if (last?.stream === stream) last.text += text;
    else if (text !== "") runs.push({ stream, text });
  };
  for (const { stream, bytes } of chunks) {
    const text = partial[stream] + decoders[stream].decode(bytes, { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    put(stream, text.slice(0, end));
    partial[stream] = text.slice(end);
  }
  for (const stream of ["stdout", "stderr"] as const) put(stream, partial[stream] + decoders[stream].decode());
  return runs
    .map(
      ({ stream, text }, index) =>
        (index === 0 && stream === "stdout" ? "" : `[${stream}]\n`) + endLine(printable(text)),
    )
    .join("")
    .trimEnd();
}

const endLine = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

function joinBlocks(stdout: string, stderr: string): string {
  return (stdout + (stderr === "" ? "" : `${stdout === "" ? "" : "\n"}[stderr]\n${stderr}`)).trimEnd();
}

/** The start and the end of a stream with what lies between left out, cut at lines where there are any. */
function cutMiddle(ends: Ends, limits: OutputLimits): string {
  const { head, tail, dropped } = ends.read();
  const whole = printable(head + tail);
  if (dropped === 0 && fits(whole, limits)) return whole.trimEnd();
  const [first, last] = dropped === 0 ? [whole, whole] : [printable(head), printable(tail)];
  let room = Math.max(0, limits.maxChars - 120);
  for (;;) {
    const start = sliceWhole(first, Math.floor(room / 3));
    const end = last.slice(last.length - Math.ceil((room * 2) / 3)).replace(/^[\udc00-\udfff]/, "");
    const kept = [toLineEnd(start), fromLineStart(end)] as const;
    const omitted =
      (dropped === 0 ? whole.length : dropped + first.length + last.length) - kept[0].length - kept[1].length;
    const note = `[… about ${omitted.toLocaleString("en")} characters left out; send the output to a file to see all of it …]`;
    const text = `${endLine(kept[0])}${note}\n${kept[1]}`.trimEnd();
    const tokens = limits.countTokens(text);
    if (tokens <= limits.maxTokens || room < 10) return text;
    room = Math.floor(room * Math.min(0.9, limits.maxTokens / tokens));
  }
}

/** Without a last line that is cut, unless that would lose much. */
function toLineEnd(text: string): string {
  const end = text.lastIndexOf("\n") + 1;
  return end > text.length * 0.75 ? text.slice(0, end) : text;
}

/** Without a first line that is cut, unless that would lose much. */
function fromLineStart(text: string): string {
  const start = text.indexOf("\n") + 1;
  return start < text.length * 0.25 ? text.slice(start) : text;
}

interface Ends {
  add(chunk: Uint8Array): void;
  /** `tail` follows `head` directly when nothing was dropped. */
  read(): { head: string; tail: string; dropped: number };
}

function keepEnds(): Ends {
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  const size = { head: 0, tail: 0, dropped: 0 };
  return {
    add(chunk) {
      const room = keptBytes - size.head;
      if (room > 0) {
        head.push(chunk.subarray(0, room));
        size.head += Math.min(room, chunk.length);
      }
      if (chunk.length <= room) return;
      tail.push(chunk.subarray(Math.max(0, room)));
      size.tail += chunk.length - Math.max(0, room);
      for (let first = tail[0]; first && size.tail - first.length >= keptBytes; first = tail[0]) {
        tail.shift();
        size.tail -= first.length;
        size.dropped += first.length;
      }
    },
    read() {
      const { dropped } = size;
      if (dropped === 0) return { head: decode([...head, ...tail]), tail: "", dropped };
      return { head: decode(head), tail: decode(tail).replace(/^\ufffd+/, ""), dropped };
    },
  };
}

const decode = (chunks: readonly Uint8Array[]) => new TextDecoder().decode(Buffer.concat(chunks));

/** A terminal's text as plain text: no escapes, lines as last rewritten by `\r`, other control characters replaced. */
function printable(text: string): string {
  const plain = Bun.stripANSI(text);
  const lines = plain.includes("\r") ? plain.split("\n").map(lastRewrite).join("\n") : plain;
  return lines.replace(/[[\p{Cc}\ufffd]--[\t\n]]+/gv, "\ufffd");
}

function lastRewrite(line: string): string {
  const text = line.replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1);
}
