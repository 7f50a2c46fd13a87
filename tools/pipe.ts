/** Pipes of the kernel's own kind, which `Bun.spawn` does not make: its "pipe" is a socket, and a child cannot open `/dev/stdout` on one. */
import { dlopen, ptr } from "bun:ffi";

export interface Pipe {
  readonly read: number;
  readonly write: number;
}

const closeOnExec = 0o2000000;
let makePipe: ((ends: Int32Array) => boolean) | undefined;

/** Opens a pipe whose ends are closed in children unless handed to them; undefined where the system offers none. */
export function openPipe(): Pipe | undefined {
  makePipe ??= loadPipe();
  const ends = new Int32Array(2);
  if (!makePipe(ends)) return undefined;
  const [read = -1, write = -1] = ends;
  return { read, write };
}

function loadPipe(): (ends: Int32Array) => boolean {
  if (process.platform !== "linux") return () => false;
  try {
    const { symbols } = dlopen("libc.so.6", { pipe2: { args: ["ptr", "i32"], returns: "i32" } });
    return (ends) => symbols.pipe2(ptr(ends), closeOnExec) === 0;
  } catch {
    return () => false;
  }
}
