/**
 * What the fakes of vendors' programs share. Each runs as a process of its own and plays the rounds of a script that
 * lies in a directory, one after another, whichever process comes to the next; it notes there what it saw.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** What goes wrong in the middle of a round, behind what it says and before it ends. */
export type FakeTrouble = "crash" | "hang" | "stubborn" | "huge" | "refused" | "limit";

export interface FakeRound {
  readonly thinking?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly args: object }[];
  readonly trouble?: FakeTrouble;
  /** A line that is no JSON stands before it. */
  readonly garbage?: boolean;
  /** Calls are made together; else one after another, as most programs do. */
  readonly together?: boolean;
  /** Each call made together begins so many ms behind the one before: the model is slow to write it. */
  readonly apartMs?: number;
}

export interface FakeCliScript {
  readonly rounds: readonly FakeRound[];
  readonly version?: string;
  readonly loggedIn?: boolean;
  readonly account?: "subscription" | "key";
  /** Goes wrong before the first word: the program ends, says nothing, or never asks for the tools. */
  readonly start?: "exit" | "hang" | "noTools";
}

export interface FakeCliNote {
  readonly pid: number;
  readonly type: "started" | "heard" | "steered" | "result" | "stopped" | "problem";
  readonly [fact: string]: unknown;
}

const dir = () => process.env.FAKE_CLI_DIR ?? "";

export function fakeScript(): FakeCliScript {
  return JSON.parse(readFileSync(join(dir(), "script.json"), "utf8"));
}

export function note(type: FakeCliNote["type"], facts: object = {}): void {
  appendFileSync(join(dir(), "notes.jsonl"), `${JSON.stringify({ pid: process.pid, type, ...facts })}\n`);
}

export function readNotes(path: string): FakeCliNote[] {
  const file = join(path, "notes.jsonl");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** What the real program would not stand for: noted, said and the end. */
export function problem(text: string): never {
  note("problem", { text });
  process.stderr.write(`${text}\n`);
  process.exit(99);
}

export function require(holds: boolean, text: string): void {
  if (!holds) problem(text);
}

/** The next round of the script, whoever played the one before. */
export function nextRound(): FakeRound {
  const file = join(dir(), "next");
  const at = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  writeFileSync(file, String(at + 1));
  return fakeScript().rounds[at] ?? problem(`the script has no round ${at}`);
}

let isStubborn = false;

/** Its input has ended: a program that is well ends too. */
export function leave(): void {
  if (!isStubborn) process.exit(0);
}

/** Ends, or waits for ever, as the round says. Resolves where there is no trouble of that kind. */
export async function suffer(trouble: FakeTrouble | undefined): Promise<void> {
  if (trouble === "crash") {
    process.stderr.write("panic: out of luck\n");
    process.exit(7);
  }
  if (trouble === "huge") process.stdout.write(`{"padding":"${"x".repeat(17 * 1024 * 1024)}`);
  if (trouble === "stubborn") {
    isStubborn = true;
    process.on("SIGTERM", () => note("stopped", { by: "SIGTERM" }));
  }
  if (trouble === "hang" || trouble === "stubborn" || trouble === "huge")
    await new Promise(() => setInterval(() => {}, 1e6));
}

export interface FakeTools extends AsyncDisposable {
  readonly names: readonly string[];
  /** Gives the text of the result. */
  readonly call: (name: string, args: object, meta?: Record<string, unknown>) => Promise<string>;
}

/** Connects to the tools as the real programs do, by the official client. */
export async function connectTools(url: string, headers: Record<string, string>): Promise<FakeTools> {
  const bare = await fetch(url, { method: "POST", body: "{}" });
  require(bare.status === 401, `the tools are open to everybody: status ${bare.status}`);
  const client = new Client({ name: "fake", version: "1" });
  // The SDK's own type of it does not fit under exactOptionalPropertyTypes.
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }) as never);
  const { tools } = await client.listTools();
  return {
    names: tools.map(({ name }) => name),
    async call(name, args, meta) {
      const params = { name, arguments: { ...args }, ...(meta && { _meta: meta }) };
      const result = await client.callTool(params, undefined, { timeout: 60_000 });
      const blocks = result.content as { type: string; text?: string }[];
      const text = blocks.map((block) => block.text ?? `<${block.type}>`).join("\n");
      note("result", { name, text, isError: result.isError === true });
      return text;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Makes the calls of a round. */
export async function makeCalls(
  { calls = [], together, apartMs = 0 }: FakeRound,
  call: (name: string, args: object, index: number) => Promise<unknown>,
): Promise<void> {
  const begin = async (index: number) => Bun.sleep(index * apartMs);
  if (together) {
    await Promise.all(calls.map(({ name, args }, index) => begin(index).then(() => call(name, args, index))));
    return;
  }
  for (const [index, { name, args }] of calls.entries()) await call(name, args, index);
}

/** Variables that must not reach a program: they would lead it away from its own login. */
export function checkEnvironment(): void {
  const wrong = ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"];
  for (const name of wrong) require(process.env[name] === undefined, `${name} is in the environment`);
}

/** Lines of the input; ends with it. */
export async function* inputLines(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of Bun.stdin.stream()) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

export function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
