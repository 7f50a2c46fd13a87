/** Finds lines in a file of any size, a piece at a time. */

/** A file's bytes, up to the size it had when it was opened. */
export interface Source {
  readonly size: number;
  /** Bytes from one position to before another; fewer only if the file shrank. */
  read(from: number, to: number): Promise<Uint8Array>;
}

export interface RawLine {
  /** Without its line break. */
  readonly bytes: Uint8Array;
  /** Bytes of the line that were not kept. */
  readonly droppedBytes: number;
}

const pieceBytes = 256 * 1024;
const newline = 10;

async function* piecesFrom(source: Source, start: number, signal: AbortSignal) {
  for (let position = start; position < source.size && !signal.aborted; ) {
    const piece = await source.read(position, Math.min(source.size, position + pieceBytes));
    if (piece.length === 0) return;
    yield { position, piece };
    position += piece.length;
  }
}

/** Passes over so many lines from the start of a line. `passed` is fewer if the file ended; `end` is where it stands. */
export async function skipLines(source: Source, start: number, count: number, signal: AbortSignal) {
  let passed = 0;
  let end = start;
  if (count === 0) return { passed, end };
  let open = false;
  for await (const { position, piece } of piecesFrom(source, start, signal)) {
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) {
      passed++;
      if (passed === count) return { passed, end: position + at + 1 };
    }
    end = position + piece.length;
    open = piece.at(-1) !== newline;
  }
  return { passed: open ? passed + 1 : passed, end };
}

/**
 * Takes up to `limit` lines from the start of a line, fewer once they hold `maxBytes`, and no more than that of any one.
 * `end` is the position after the last.
 */
export async function takeLines(source: Source, start: number, limit: number, maxBytes: number, signal: AbortSignal) {
  const lines: RawLine[] = [];
  let parts: Uint8Array[] = [];
  let kept = 0;
  let droppedBytes = 0;
  let total = 0;
  let end = start;
  const finishLine = () => {
    lines.push({ bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), droppedBytes });
    total += kept;
    [parts, kept, droppedBytes] = [[], 0, 0];
  };
  for await (const { position, piece } of piecesFrom(source, start, signal)) {
    for (let from = 0; from < piece.length; ) {
      const found = piece.indexOf(newline, from);
      const to = found < 0 ? piece.length : found;
      const part = piece.subarray(from, Math.min(to, from + maxBytes - kept));
      // An empty part would keep its whole piece in memory.
      if (part.length > 0) parts.push(part);
      kept += part.length;
      droppedBytes += to - from - part.length;
      from = to + 1;
      if (found < 0) continue;
      finishLine();
      if (lines.length === limit || total >= maxBytes) return { lines, end: position + from };
    }
    end = position + piece.length;
  }
  if (kept > 0) finishLine();
  return { lines, end };
}

/** Position of the first byte of the last `count` lines; 0 if there are no more than that. */
export async function findLastLines(source: Source, count: number, signal: AbortSignal): Promise<number> {
  const ending = await source.read(Math.max(0, source.size - 1), source.size);
  let wanted = ending[0] === newline ? count + 1 : count;
  for (let to = source.size; to > 0 && !signal.aborted; to -= pieceBytes) {
    const from = Math.max(0, to - pieceBytes);
    const piece = await source.read(from, to);
    for (let at = piece.lastIndexOf(newline); at >= 0; at = at === 0 ? -1 : piece.lastIndexOf(newline, at - 1)) {
      wanted--;
      if (wanted === 0) return from + at + 1;
    }
  }
  return 0;
}
