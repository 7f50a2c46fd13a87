/** A text file as far as it was read, in chunks that are shown one after another. Pure. */
import type { TextWindow } from "../../server/file-types.ts";

/** A run of lines. */
export interface Chunk {
  /** From 1. */
  readonly firstLine: number;
  readonly lines: number;
  readonly text: string;
}

export interface FileText {
  readonly chunks: readonly Chunk[];
  /** Bytes of the file before it, and up to its end. */
  readonly from: number;
  readonly to: number;
}

const chunkLines = 400;

export function textOf({ text, from, to, firstLine }: TextWindow): FileText {
  const lines = text.replace(/\n$/, "").split("\n");
  const count = Math.ceil(lines.length / chunkLines);
  const chunks = Array.from({ length: count }, (_, index): Chunk => {
    const some = lines.slice(index * chunkLines, (index + 1) * chunkLines);
    return { firstLine: firstLine + index * chunkLines, lines: some.length, text: some.join("\n") };
  });
  return { chunks, from, to };
}

/** With what comes behind it. */
export function withNext(text: FileText, next: TextWindow): FileText {
  const { chunks, to } = textOf(next);
  return { ...text, chunks: [...text.chunks, ...chunks], to };
}

/** With what comes before it; where both have the same lines, they are there once. */
export function withPrevious(text: FileText, previous: TextWindow): FileText {
  const first = text.chunks[0]?.firstLine ?? 1;
  const kept = previous.text.split("\n").slice(0, Math.max(0, first - previous.firstLine));
  const { chunks, from } = textOf({ ...previous, text: kept.join("\n") });
  return { ...text, chunks: [...chunks, ...text.chunks], from };
}

/** Index of the chunk that has a line, or that is nearest to it. */
export function chunkOf({ chunks }: FileText, line: number): number {
  return Math.max(
    0,
    chunks.findLastIndex(({ firstLine }) => firstLine <= line),
  );
}
