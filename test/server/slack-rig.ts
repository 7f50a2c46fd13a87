/** The service as a user runs it: the program, a fake Slack and a fake provider. */
import { expect } from "bun:test";
import { startFakeProvider } from "../support/fake-provider.ts";
import { type FakeSlack, fakeSlack } from "../support/fake-slack.ts";
import type { FakeProvider, FakeRequest, FakeStep } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { writeFiles } from "../support/write-files.ts";
import { freshHome, type Home, type Program } from "./program.ts";

export interface SlackRig extends AsyncDisposable {
  readonly slack: FakeSlack;
  readonly provider: FakeProvider;
  readonly home: Home;
  /** Starts the program and waits until it listens. */
  start(...args: readonly string[]): Promise<Program>;
  /** Texts that the bot has posted in a thread, in order. */
  inThread(channel: string, thread: string): readonly string[];
  /** Waits until so many are there. */
  answered(channel: string, thread: string, count?: number): Promise<readonly string[]>;
}

/** What was last said to the model: the text of the last message from people. */
export function lastSaid({ view }: FakeRequest): string {
  return JSON.stringify(view.messages.at(-1));
}

const head = (more = "") => `---\ntools: [Read, Ask]\n${more}---\n`;

type Script = (request: FakeRequest) => FakeStep | Promise<FakeStep>;

/** Without personas there is the session's own agent alone. */
export async function slackRig(script: Script, { personas = true } = {}): Promise<SlackRig> {
  const slack = fakeSlack();
  const provider = await startFakeProvider(script);
  const home = freshHome(provider);
  writeFiles(home.project, {
    "personas/reviewer.md": `${head("description: Reads code\n")}You are PERSONA-REVIEWER.`,
    "personas/writer.md": `${head()}You are PERSONA-WRITER.`,
    "personas/notes.txt": "no persona",
  });
  const programs: Program[] = [];
  const inThread = (channel: string, thread: string) =>
    slack
      .saidBy(channel)
      .filter(({ thread_ts }) => thread_ts === thread)
      .map(({ text }) => text);
  return {
    slack,
    provider,
    home,
    async start(...args) {
      const who = personas ? ["--persona-dir", `${home.project}/personas`] : [];
      const program = home.start(["slack", ...who, ...args], { env: slack.env });
      programs.push(program);
      const before = slack.sockets.connections;
      await until(() => slack.sockets.connections > before || program.exitCode !== null);
      if (program.exitCode !== null) throw new Error(await new Response(program.stderr).text());
      return program;
    },
    inThread,
    async answered(channel, thread, count = 1) {
      await until(() => inThread(channel, thread).length >= count);
      return inThread(channel, thread);
    },
    async [Symbol.asyncDispose]() {
      for (const program of programs) {
        if (program.exitCode !== null || program.signalCode !== null) continue;
        program.kill("SIGKILL");
        await program.exited;
      }
      home[Symbol.dispose]();
      await provider[Symbol.asyncDispose]();
      await slack[Symbol.asyncDispose]();
      expect([slack.problems, provider.problems]).toEqual([[], []]);
    },
  };
}
