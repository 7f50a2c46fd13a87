/** Runs the program the way a user does: a process of its own, a fresh home, a provider on real HTTP. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { AgentEvent } from "../../agent/event.ts";
import { eventSchema } from "../../agent/event-schema.ts";
import { originSchema, usageSchema } from "../../agent/message-schema.ts";
import { testKey } from "../support/fake-provider.ts";
import type { FakeProvider, Wire } from "../support/fake-types.ts";
import { tempDir } from "../support/temp-dir.ts";

/** The program. */
export const main = join(import.meta.dir, "../../server/main.ts");
/** As its first line has it started, so that the directory decides nothing of how Bun runs. */
export const launch: readonly string[] = [process.execPath, "--no-env-file", "--config=/dev/null", main];

type Env = Readonly<Record<string, string>>;

export interface StartOptions {
  /** All of standard input; `open` keeps it open and silent; nothing is there unless given. */
  readonly stdin?: string | Uint8Array | "open" | Bun.BunFile;
  /** Added to the home's environment. */
  readonly env?: Env;
  /** Shell code that runs before the program takes the shell's place, e.g. `exec > >(head -1)`. */
  readonly before?: string;
}

export interface Finished {
  /** Exit code, or null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Program = Bun.Subprocess<"pipe" | "ignore" | Bun.BunFile | Uint8Array<ArrayBuffer>, "pipe", "pipe">;

export interface Home extends Disposable {
  readonly path: string;
  /** The project that the program works in. */
  readonly project: string;
  /** `$XDG_DATA_HOME`. */
  readonly data: string;
  readonly env: Env;
  start(args: readonly string[], options?: StartOptions): Program;
  /** Runs it to its end. */
  run(args: readonly string[], options?: StartOptions): Promise<Finished>;
}

/** The variables that lead a provider's traffic to the fake, for one wire. */
export function wireEnv(fake: FakeProvider, wire: Wire): Env {
  const name = { anthropic: "ANTHROPIC", openai: "OPENAI", chat: "OPENAI_COMPAT", gemini: "GOOGLE" }[wire];
  return { [`${name}_API_KEY`]: testKey, [`${name}_BASE_URL`]: fake.url(wire) };
}

/** A home that nothing was ever run in; with a fake it has a key for it, on the Anthropic wire unless told otherwise. */
export function freshHome(fake?: FakeProvider, wire: Wire = "anthropic", options: { memory?: boolean } = {}): Home {
  const temp = tempDir(options);
  const at = (name: string) => join(temp.path, name);
  const project = at("project");
  mkdirSync(project);
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: at("home"),
    TMPDIR: temp.path,
    XDG_DATA_HOME: at("data"),
    XDG_CONFIG_HOME: at("config"),
    XDG_CACHE_HOME: at("cache"),
    ...(fake ? wireEnv(fake, wire) : {}),
  };
  mkdirSync(env.HOME);
  const start = (args: readonly string[], { stdin, before, ...more }: StartOptions = {}): Program => {
    const argv = [...launch, ...args];
    return Bun.spawn(before === undefined ? argv : ["bash", "-c", `${before}; exec "$@"`, "-", ...argv], {
      cwd: project,
      env: { ...env, ...more.env },
      stdin: input(stdin),
      stdout: "pipe",
      stderr: "pipe",
    });
  };
  return {
    path: temp.path,
    project,
    data: env.XDG_DATA_HOME,
    env,
    start,
    run: (args, options) => finish(start(args, options)),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  };
}

function input(stdin: StartOptions["stdin"]) {
  if (stdin === undefined) return "ignore";
  if (stdin === "open") return "pipe";
  return typeof stdin === "string"
    ? new Uint8Array(Buffer.from(stdin))
    : stdin instanceof Uint8Array
      ? new Uint8Array(stdin)
      : stdin;
}

/** Reads what is left of the program's output and waits for its end. */
export async function finish(program: Program): Promise<Finished> {
  const [stdout, stderr] = await Promise.all([
    new Response(program.stdout).text(),
    new Response(program.stderr).text(),
  ]);
  await program.exited;
  return { code: program.exitCode, stdout, stderr };
}

/** What ends json and stream-json output, whatever happened. */
export const resultSchema = z.strictObject({
  type: z.literal("result"),
  content: z.string(),
  reason: z.string(),
  stopReason: z.string().nullable(),
  usage: usageSchema,
  costUsd: z.number(),
  rounds: z.int(),
  sessionId: z.string(),
  agents: z.array(
    z.strictObject({
      label: z.string(),
      path: z.string(),
      model: originSchema.nullable(),
      usage: usageSchema,
      costUsd: z.number(),
    }),
  ),
  output: z.json().optional(),
  error: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      status: z.number().optional(),
      retryAt: z.number().optional(),
    })
    .optional(),
});
export type Result = z.infer<typeof resultSchema>;

/** The one object of json output; throws where there is anything else. */
export function resultOf({ stdout }: Pick<Finished, "stdout">): Result {
  return resultSchema.parse(JSON.parse(stdout));
}

/** The lines of stream-json output, each checked: events, then one result. */
export function streamOf({ stdout }: Pick<Finished, "stdout">): { events: AgentEvent[]; result: Result } {
  const lines = stdout.trimEnd().split("\n");
  const result = resultSchema.parse(JSON.parse(lines.pop() ?? ""));
  return { events: lines.map((line) => eventSchema.parse(JSON.parse(line))), result };
}

/** Lines of a stream, the last one without its end. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
