/**
 * A child that ends with us, however we end: a shell between us and it holds the other end of a pipe from us, and when the
 * system closes that, stops the child. The same pipe, closed on purpose, is how it is ended.
 */
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Guarded {
  /** Settles to its exit code, 128 and the signal where one ended it. */
  readonly exited: Promise<number>;
  readonly running: () => boolean;
  /** Bytes that it has written so far. */
  readonly written: () => number;
  /** The first lines and the last of what it wrote. */
  readonly log: () => string;
  /** Asks it to end and, after the grace, kills it. */
  end(): Promise<void>;
}

/** `$1` is the time in seconds between the request to end and the kill, the rest the command. */
const script = `
grace=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( read -r _ <&3; kill -TERM $child
  while [ $grace -gt 0 ]; do sleep 1; grace=$((grace - 1)); kill -0 $child || exit; done
  kill -KILL $child ) >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap 'kill -TERM $child' TERM
wait $child
code=$?
kill -0 $child 2>/dev/null && { wait $child; code=$?; }
kill $watch 2>/dev/null
exit $code
`;

/** In a process group of its own, so that Ctrl-C is not for it. `graceSec` passes between the request to end and the kill. */
export function startGuarded(command: readonly string[], env: Record<string, string>, graceSec = 10): Guarded {
  const log = openLog();
  const child = Bun.spawn(["/bin/sh", "-c", script, "sagent-guard", String(graceSec), ...command], {
    env,
    stdin: "pipe",
    stdout: log,
    stderr: log,
    detached: true,
  });
  child.unref();
  let last: string | undefined;
  const read = () => last ?? excerpt(log);
  const exited = child.exited.then((code) => {
    last = excerpt(log);
    closeSync(log);
    return code;
  });
  return {
    exited,
    running: () => child.exitCode === null && child.signalCode === null,
    written: () => (last === undefined ? fstatSync(log).size : 0),
    log: read,
    async end() {
      child.ref();
      await child.stdin.end();
      await exited;
    },
  };
}

/** A file without a name. */
function openLog(): number {
  const path = join(tmpdir(), `sagent-server-${crypto.randomUUID()}.log`);
  const log = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return log;
}

const headLines = 20;
const tailLines = 40;
const partBytes = 16_384;

function excerpt(log: number): string {
  const { size } = fstatSync(log);
  const head = linesAt(log, 0, Math.min(size, partBytes));
  if (size <= partBytes) return shorten(head).join("\n");
  const tail = linesAt(log, size - partBytes, partBytes);
  return [...head.slice(0, headLines), "…", ...tail.slice(-tailLines)].join("\n");
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= headLines + tailLines) return lines;
  return [...lines.slice(0, headLines), "…", ...lines.slice(-tailLines)];
}

function linesAt(log: number, position: number, length: number): string[] {
  const bytes = Buffer.alloc(length);
  readSync(log, bytes, { position });
  return Bun.stripANSI(bytes.toString()).trim().split(/\r?\n/);
}
