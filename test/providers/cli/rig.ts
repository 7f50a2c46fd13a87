/** A vendor's program that plays a script, the provider that drives it, and a conversation with it. */
import { fileURLToPath } from "node:url";
import type { Attachment, Message, ToolResultMessage } from "../../../agent/message.ts";
import {
  type Chunk,
  lowestSettings,
  type Model,
  type ModelRequest,
  originOf,
  type Provider,
} from "../../../agent/model.ts";
import { createCli } from "../../../providers/cli/provider.ts";
import { cliVendor } from "../../../providers/cli/vendors.ts";
import { type FakeCliNote, type FakeCliScript, readNotes } from "../../support/fake-cli.ts";
import { must } from "../../support/must.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";
import { type Ended, ending } from "../sse-server.ts";

/** The programs under test, and what each can do. */
export interface CliSubject {
  readonly name: string;
  readonly fake: string;
  /** Makes several calls in one round. */
  readonly parallel: boolean;
  /** Takes words in the middle of a turn. */
  readonly steers: boolean;
  /** Tells the meters of each of its requests. */
  readonly meters: boolean;
}

export const claude: CliSubject = {
  name: "claude-cli",
  fake: "fake-claude-cli.ts",
  parallel: true,
  steers: true,
  meters: true,
};
export const codex: CliSubject = {
  name: "codex-cli",
  fake: "fake-codex-cli.ts",
  parallel: true,
  steers: true,
  meters: false,
};
export const gemini: CliSubject = {
  name: "gemini-cli",
  fake: "fake-gemini-cli.ts",
  parallel: false,
  steers: false,
  meters: false,
};
export const subjects = [claude, codex, gemini];

export interface CliRig extends AsyncDisposable {
  readonly provider: Provider;
  readonly model: Model;
  readonly log: Message[];
  /** What the program saw. */
  readonly notes: () => FakeCliNote[];
  readonly words: () => unknown[];
  readonly user: (text: string, attachments?: Attachment[]) => void;
  /** Gives every open call a result that names it. */
  readonly results: (more?: Partial<ToolResultMessage>) => void;
  /** One call of the model; a finished answer goes into the log. */
  readonly ask: (more?: Partial<ModelRequest>, signal?: AbortSignal) => Promise<Ended>;
  readonly stream: (signal: AbortSignal) => AsyncIterable<Chunk>;
}

export const bash = {
  name: "Bash",
  description: "Runs a command.",
  schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
};

export const call = (command: string) => ({ name: "Bash", args: { command } });

/** Environment in which a fake plays a script that lies in `path`. */
export function fakeEnv(subject: Pick<CliSubject, "name" | "fake">, path: string): Record<string, string> {
  const file = fileURLToPath(new URL(`../../support/${subject.fake}`, import.meta.url));
  const { commandVar } = must(cliVendor(subject.name), subject.name);
  return {
    PATH: must(process.env.PATH),
    HOME: path,
    FAKE_CLI_DIR: path,
    [commandVar]: `${process.execPath} ${file}`,
    ANTHROPIC_API_KEY: "sk-ant-not-for-children",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    OPENAI_API_KEY: "sk-not-for-children",
    GEMINI_API_KEY: "not-for-children",
  };
}

export async function cliRig(
  subject: CliSubject,
  script: FakeCliScript,
  options: { readonly idleMs?: number; readonly env?: Record<string, string> } = {},
): Promise<CliRig> {
  const home = tempDir();
  await Bun.write(`${home.path}/script.json`, JSON.stringify(script));
  const env = { ...fakeEnv(subject, home.path), ...options.env };
  const provider = createCli(subject.name, { env, idleMs: options.idleMs });
  await using stack = new AsyncDisposableStack();
  stack.use(home);
  stack.defer(async () => {
    await provider.close();
    await allGone(readNotes(home.path));
  });
  const model = await provider.model();
  const talk = conversationWith(model);
  const owned = stack.move();
  return {
    ...talk,
    provider,
    model,
    notes: () => readNotes(home.path),
    words: () =>
      readNotes(home.path).flatMap(({ type, words }) => (type === "heard" || type === "steered" ? [words] : [])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** No program outlives its provider, and none saw anything that the real one would refuse. */
async function allGone(notes: readonly FakeCliNote[]): Promise<void> {
  for (const pid of new Set(notes.map((each) => each.pid))) await until(() => !isAlive(pid));
  const problems = notes.filter(({ type }) => type === "problem").map(({ text }) => text);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function conversationWith(model: Model): Pick<CliRig, "log" | "user" | "results" | "ask" | "stream"> {
  const log: Message[] = [];
  let calls = 0;
  const entry = () => ({ id: `m${log.length}` as const, at: log.length });
  const requestOf = (more: Partial<ModelRequest> = {}): ModelRequest => {
    return { system: "Be brief.", messages: log, tools: [bash], settings: lowestSettings(model.info), ...more };
  };
  return {
    log,
    user: (text, attachments) => void log.push({ ...entry(), type: "user", text, ...(attachments && { attachments }) }),
    results(more = {}) {
      const last = log.findLast((each) => each.type === "assistant");
      for (const part of last?.parts ?? []) {
        if (part.type !== "toolCall") continue;
        const { callId, name, args } = part;
        const text = `result of ${args.command}`;
        log.push({ ...entry(), type: "toolResult", callId, name, kind: "final", isError: false, text, ...more });
      }
    },
    async ask(more, signal = new AbortController().signal) {
      const end = ending(await Array.fromAsync(model.stream(requestOf(more), signal)));
      if (end.type !== "done") return end;
      const parts = end.parts.map((part) =>
        part.type === "toolCall" ? { ...part, callId: `c${calls++}` as const } : part,
      );
      log.push({ ...entry(), type: "assistant", origin: originOf(model.info), parts, stopReason: end.stopReason });
      return end;
    },
    stream: (signal) => model.stream(requestOf(), signal),
  };
}
