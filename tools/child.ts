/** Programs of our own that do one task and end: what may run away, take all memory or crash does it in there. */
import { readFile } from "node:fs/promises";
import type { ToolContext } from "../agent/tool.ts";
import { guardGroup, signalGroup } from "./process.ts";

export interface Task {
  /** The program: it reads one JSON value from its input and writes one to its output. */
  readonly entry: string;
  readonly request: unknown;
  readonly timeoutMs: number;
}

/** What it takes of a call's context. */
export type TaskContext = Pick<ToolContext, "signal" | "clock"> & {
  readonly workspace: Pick<ToolContext["workspace"], "env">;
};

export type TaskEnd =
  | { readonly type: "answer"; readonly answer: unknown }
  | { readonly type: "aborted" }
  | { readonly type: "timeout" }
  /** It took more memory than it may. */
  | { readonly type: "memory" }
  /** With the last that it said. */
  | { readonly type: "crashed"; readonly words: string };

const maxMemoryBytes = 1_500_000_000;
const lookEveryMs = 50;

/** The program beside a file, as it is or as the bundle has it: `import.meta` is that of the caller. */
export function programBeside({ dir, path }: { readonly dir: string; readonly path: string }, name: string): string {
  return `${dir}/${name}.${path.endsWith(".ts") ? "ts" : "js"}`;
}

/** Runs it to its end; with its whole group it is killed on abort, at its timeout, and with this process. */
export async function runTask({ entry, request, timeoutMs }: Task, context: TaskContext): Promise<TaskEnd> {
  if (context.signal.aborted) return { type: "aborted" };
  const child = Bun.spawn([process.execPath, "--no-env-file", "--config=/dev/null", entry], {
    env: { ...context.workspace.env, BUN_ENABLE_CRASH_REPORTING: "0" },
    cwd: "/",
    stdin: Buffer.from(JSON.stringify(request)),
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  using _guard = guardGroup(child.pid);
  const stop = new AbortController();
  const said = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  try {
    const early = await Promise.race([
      said.then(() => undefined),
      context.clock.sleep(timeoutMs, stop.signal).then(() => "timeout" as const),
      whenAborted(context.signal, stop.signal),
      whenLarge(child.pid, stop.signal),
    ]);
    if (early !== undefined) return { type: early };
    const [output, words, code] = await said;
    if (code === 0) return { type: "answer", answer: JSON.parse(output) };
    return { type: "crashed", words: words.trim().split("\n").at(-1) ?? "" };
  } finally {
    stop.abort();
    signalGroup(child.pid, "SIGKILL");
    await child.exited;
  }
}

function whenAborted(signal: AbortSignal, stop: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve("aborted"), { once: true, signal: stop });
  });
}

/** Resolves when a process holds more than it may; on Linux only. */
function whenLarge(pid: number, stop: AbortSignal): Promise<"memory"> {
  return new Promise((resolve) => {
    if (process.platform !== "linux") return;
    const timer = setInterval(async () => {
      const pages = Number((await readFile(`/proc/${pid}/statm`, "latin1").catch(() => "")).split(" ")[1] ?? 0);
      if (pages * 4096 > maxMemoryBytes) resolve("memory");
    }, lookEveryMs);
    stop.addEventListener("abort", () => clearInterval(timer), { once: true });
  });
}
