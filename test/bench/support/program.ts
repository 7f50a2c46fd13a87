/** The program as a process: the sources and the bundle, run against a fake provider of another process. */
import { join } from "node:path";
import { testKey } from "../../support/fake-provider.ts";
import type { Wire } from "../../support/fake-types.ts";
import { tempDir } from "../../support/temp-dir.ts";

const root = join(import.meta.dir, "../../..");

/** What a process cost. Its CPU time is its own and its children's. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface Workplace extends AsyncDisposable {
  readonly dir: string;
  /** First arguments of Bun for the program: as published, and from a clone. */
  readonly mains: Readonly<Record<"bundle" | "source", string>>;
  /** Arguments and environment of a headless run on a wire. */
  oneShot(wire: Wire, prompt: string): readonly string[];
  /** Runs Bun to its end. Throws where it fails. */
  run(argv: readonly string[]): Promise<Cost>;
  /** Peak resident memory of a run, in MiB. */
  peakMiB(argv: readonly string[]): Promise<number>;
}

const providers: Readonly<Record<Wire, readonly string[]>> = {
  anthropic: ["--provider", "anthropic"],
  openai: ["--provider", "openai"],
  chat: ["--provider", "openai-compat", "--model", "fake-model"],
  gemini: ["--provider", "google"],
};

/** A temporary project with the bundle built beside it and a fake provider running. */
export async function openWorkplace(): Promise<Workplace> {
  await using stack = new AsyncDisposableStack();
  const temp = stack.use(tempDir());
  const dir = join(temp.path, "project");
  await Bun.write(join(dir, "sample.txt"), sampleText);
  const dist = join(temp.path, "dist");
  const env: Record<string, string> = { PATH: process.env.PATH ?? "", HOME: temp.path, ...(await startFake(stack)) };
  const spawn = (argv: readonly string[]) =>
    Bun.spawn([process.execPath, ...argv], { cwd: dir, env, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  const end = async (child: Bun.Subprocess) => {
    if ((await child.exited) !== 0) throw new Error(`The program ended with exit code ${child.exitCode}.`);
  };
  await end(spawn([join(root, "build.ts"), dist]));
  const owned = stack.move();
  return {
    dir,
    mains: { bundle: join(dist, "main.js"), source: join(root, "server/main.ts") },
    oneShot: (wire, prompt) => [...providers[wire], "-p", prompt],
    async run(argv) {
      const startedAt = performance.now();
      const child = spawn(argv);
      await end(child);
      const wallMs = performance.now() - startedAt;
      return { wallMs, cpuMs: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000 };
    },
    async peakMiB(argv) {
      const child = spawn(argv);
      const peak = await watchPeak(child);
      await end(child);
      return peak;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A text file of 200 lines and 8 KB. */
export const sampleText = Array.from({ length: 200 }, (_, line) => `line ${line}: the quick brown fox jumps\n`).join(
  "",
);

/** Starts the server and gives the environment that leads every wire to it. */
async function startFake(stack: AsyncDisposableStack): Promise<Record<string, string>> {
  const fake = Bun.spawn([process.execPath, join(import.meta.dir, "fake-server.ts")], {
    stdin: "pipe",
    stdout: "pipe",
  });
  stack.defer(async () => {
    fake.stdin.end();
    await fake.exited;
  });
  const { value } = await fake.stdout.getReader().read();
  const base = `http://127.0.0.1:${Buffer.from(value ?? [])
    .toString()
    .trim()}`;
  return {
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: base,
    OPENAI_API_KEY: testKey,
    OPENAI_BASE_URL: `${base}/v1`,
    OPENAI_COMPAT_API_KEY: testKey,
    OPENAI_COMPAT_BASE_URL: `${base}/v1`,
    GOOGLE_API_KEY: testKey,
    GOOGLE_BASE_URL: base,
  };
}

/**
 * The kernel's own high-water mark (`VmHWM` in proc(5)), read until the process is gone. `getrusage` would count what
 * the parent had when it forked.
 */
async function watchPeak(child: Bun.Subprocess): Promise<number> {
  let peak = 0;
  while (child.exitCode === null) {
    const status = await Bun.file(`/proc/${child.pid}/status`)
      .text()
      .catch(() => "");
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    await Bun.sleep(1);
  }
  return peak / 1024;
}
