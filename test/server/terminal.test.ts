/** The conversation in a terminal, on a real one. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listSessions, projectDir } from "../../agent/session-list.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, type Home, main } from "./program.ts";

interface Screen extends AsyncDisposable {
  readonly program: Bun.Subprocess;
  /** All that was written, colours and cursor moves left out. */
  readonly text: string;
  readonly raw: string;
  type(keys: string): void;
  /** Waits until this is shown behind what an earlier wait found. */
  see(wanted: string | RegExp): Promise<void>;
}

const esc = "\x1b";
// A sequence that moves the cursor, clears or colours (ECMA-48 CSI).
const csi = new RegExp(`${esc}\\[[0-9;?]*[A-Za-z]`, "g");
const controlC = "\x03";
const controlD = "\x04";

function onTerminal(home: Home, args: readonly string[] = []): Screen {
  const decoder = new TextDecoder();
  let raw = "";
  let read = 0;
  const text = () => raw.replace(csi, "").replaceAll("\r", "");
  const program = Bun.spawn([process.execPath, main, "--terminal", ...args], {
    cwd: home.project,
    env: { ...home.env, TERM: "xterm-256color" },
    terminal: { cols: 100, rows: 30, data: (_, bytes) => (raw += decoder.decode(bytes, { stream: true })) },
  });
  return {
    program,
    get text() {
      return text();
    },
    get raw() {
      return raw;
    },
    type: (keys) => void program.terminal?.write(keys),
    async see(wanted) {
      for (const endAt = performance.now() + 10_000; ; ) {
        const rest = text().slice(read);
        const at = rest.search(typeof wanted === "string" ? RegExp(RegExp.escape(wanted)) : wanted);
        if (at >= 0) {
          read += at + (typeof wanted === "string" ? wanted.length : 1);
          return;
        }
        if (program.exitCode !== null || performance.now() > endAt) {
          throw new Error(`It does not show ${JSON.stringify(wanted)}: ${JSON.stringify(text())}`);
        }
        await Bun.sleep(10);
      }
    },
    async [Symbol.asyncDispose]() {
      program.kill("SIGKILL");
      await program.exited;
      program.terminal?.close();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("a conversation: words stream, commands answer, leaving says how to come back, and one can", async () => {
  const script = [
    { parts: [{ text: "Hello \x1b[2Jyou." }] },
    { parts: [{ text: "Again." }] },
    { parts: [{ text: "Still here." }] },
  ];
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  await using screen = onTerminal(home);
  await screen.see("sagent · anthropic opus-5.5");
  await screen.see("> ");
  screen.type("Hi\r");
  await screen.see("Hello [2Jyou.\n> ");
  screen.type("And?\r");
  await screen.see("Again.\n> ");
  screen.type("/cost\r");
  await screen.see(/\$0\.\d{4}\n/);
  screen.type("/eff");
  await screen.see("/eff");
  screen.type("\t");
  await screen.see("ort ");
  screen.type("max\r");
  screen.type("/nonsense\r");
  await screen.see("There is no command /nonsense.");
  screen.type("/quit\r");
  await screen.see("Go on later with: sagent --resume ");
  expect(await screen.program.exited).toBe(0);
  expect(screen.raw).not.toContain("\x1b[2J");
  const [session] = await listSessions(projectDir(home.project, home.env));
  expect(session?.title).toBe("Hi");
  expect(screen.text).toContain(`--resume ${session?.id}`);
  await using later = onTerminal(home, ["--resume", session?.id ?? ""]);
  await later.see("> ");
  later.type("Still there?\r");
  await later.see("Still here.\n> ");
  later.type(controlD);
  expect(await later.program.exited).toBe(0);
  expect(fake.requests[2]?.view.messages.length).toBe(5);
  expect(fake.problems).toEqual([]);
});

test("Ctrl-C stops the model and keeps what it said; it never leaves", async () => {
  const parts = [{ text: "A long answer that will not end." }];
  const script = [{ parts, fault: { type: "stall", atChunk: 4 } as const }, { parts: [{ text: "On we go." }] }];
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  await using screen = onTerminal(home);
  await screen.see("> ");
  screen.type("Hi\r");
  await screen.see("A long");
  screen.type(controlC);
  await screen.see("> ");
  screen.type(controlC);
  await screen.see("(Ctrl-D or /quit leaves)");
  screen.type("Go on\r");
  await screen.see("On we go.\n> ");
  screen.type(controlD);
  expect(await screen.program.exited).toBe(0);
  expect(fake.requests[1]?.view.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(fake.problems).toEqual([]);
});

test("a question is shown with its choices; a number answers it, and Ctrl-C withdraws one", async () => {
  const ask = (question: string) => ({ call: "Ask", args: { question, choices: ["red\x1b[2J", "blue"] } });
  await using fake = await startFakeProvider([
    { parts: [ask("Which colour?")] },
    { parts: [ask("Which shade?")] },
    { parts: [{ text: "Never mind." }] },
  ]);
  using home = freshHome(fake);
  await using screen = onTerminal(home);
  await screen.see("> ");
  screen.type("Paint\r");
  await screen.see("? main asks (a1): Which colour?\n  1  red[2J\n  2  blue\n");
  await screen.see("answer a1> ");
  screen.type("2\r");
  await screen.see("? main asks (a2): Which shade?");
  await screen.see("answer a2> ");
  screen.type(controlC);
  await screen.see("(question a2 is withdrawn)");
  await screen.see("> ");
  screen.type(controlD);
  expect(await screen.program.exited).toBe(0);
  expect(screen.raw).not.toContain("\x1b[2J");
  expect(JSON.stringify(fake.requests[1]?.view.messages.at(-1))).toContain("blue");
  expect(fake.problems).toEqual([]);
});

test("a failure is said and the conversation goes on", async () => {
  await using fake = await startFakeProvider([{ status: 400 }, { parts: [{ text: "Better." }] }]);
  using home = freshHome(fake);
  await using screen = onTerminal(home);
  await screen.see("> ");
  screen.type("Hi\r");
  await screen.see("Anthropic rejected the request with status 400");
  await screen.see("> ");
  screen.type("Hi again\r");
  await screen.see("Better.\n> ");
});

for (const end of ["Ctrl-C", "SIGTERM", "SIGHUP", "closing the terminal"] as const) {
  test(`${end} during a command ends the command's process group`, async () => {
    using home = freshHome();
    const pidAt = join(home.path, "pid");
    const command = `sleep 300 & echo $! > ${pidAt}.part; mv ${pidAt}.part ${pidAt}; wait`;
    await using fake = await startFakeProvider([{ parts: [{ call: "Bash", args: { command } }] }]);
    await using screen = onTerminal(withFake(home, fake.url("anthropic")));
    await screen.see("> ");
    screen.type("Hi\r");
    await screen.see("• ");
    while (!(await Bun.file(pidAt).exists())) await Bun.sleep(10);
    const pid = Number(readFileSync(pidAt, "utf8"));
    if (end === "Ctrl-C") screen.type(controlC);
    else if (end === "closing the terminal") screen.program.terminal?.close();
    else screen.program.kill(end);
    while (isAlive(pid)) await Bun.sleep(10);
    if (end === "Ctrl-C") await screen.see("> ");
    else if (end === "SIGTERM") expect(await screen.program.exited).toBe(143);
    else await screen.program.exited;
  });
}

function withFake(home: Home, url: string): Home {
  return { ...home, env: { ...home.env, ANTHROPIC_API_KEY: "test-key", ANTHROPIC_BASE_URL: url } };
}

test("an answer to -p on a terminal is made safe for it", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "a\x1b]0;evil\x07b" }] }]);
  using home = freshHome(fake);
  await using screen = onTerminal(home, ["-p", "Hi"]);
  await screen.see("a]0;evilb\n");
  expect(await screen.program.exited).toBe(0);
});

test("an answer to -p on a terminal streams, with a line a tool call, and is not said twice", async () => {
  const call = { call: "List", args: { path: "." } };
  await using fake = await startFakeProvider([
    { parts: [{ text: "I look around." }, call] },
    { parts: [{ text: "It is slow" }], chunkChars: 4, fault: { type: "drip", atChunk: 0, ms: 4 } },
  ]);
  using home = freshHome(fake);
  await using screen = onTerminal(home, ["-p", "Look"]);
  await screen.see("I look around.\n• List");
  await screen.see("It i");
  expect(screen.program.exitCode).toBeNull();
  await screen.see("s slow\n");
  expect(await screen.program.exited).toBe(0);
  expect(screen.text.match(/It is slow/g)).toEqual(["It is slow"]);
});

test("what cannot begin is said, and it ends", async () => {
  using home = freshHome();
  await using screen = onTerminal(home, ["--provider", "anthropic"]);
  await screen.see("sagent: Anthropic needs an API key");
  expect(await screen.program.exited).toBe(1);
});
