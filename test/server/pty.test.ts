/** Terminals on real shells. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { UsageError } from "../../agent/error.ts";
import { Terminals } from "../../server/pty.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until, view } from "./pty-screen.ts";

const size = { cols: 80, rows: 24 };
const prompt = /READY> $/;
const controlC = "\x03";

/** Terminals with a prompt that no start file changes. */
function shells(cwd: string, max?: number): Terminals {
  const env = { PATH: process.env.PATH ?? "", HOME: cwd, PS1: "READY> ", LINES: "7" };
  return new Terminals({ cwd, env, shell: "/bin/sh", ...(max === undefined ? {} : { max }) });
}

/** The living processes of a session. */
function sessionOf(leader: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return session === leader && state !== "Z";
    } catch {
      return false;
    }
  });
}

const openFiles = () => readdirSync("/proc/self/fd").length;

test("a shell runs in the project's directory, on a terminal of the size that was asked for", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using screen = view(terminal);
  await screen.see(prompt);
  terminal.write("pwd; stty size; echo $TERM $COLORTERM [$LINES]; tty\n");
  await screen.see(RegExp(RegExp.escape(`\r\n${dir.path}\r\n24 80\r\nxterm-256color truecolor []\r\n/dev/`)));
  expect(terminals.list()).toEqual([{ id: terminal.id, title: "sh", ...size, running: true }]);
  expect(terminals.get(terminal.id)).toBe(terminal);
});

test("a new size reaches the shell, fitted to what is sensible", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open({ cols: 0, rows: 1e9 });
  expect(terminals.list()).toMatchObject([{ cols: 1, rows: 500 }]);
  terminal.resize(120.9, 40);
  using screen = view(terminal);
  await screen.see(prompt);
  terminal.write("stty size\n");
  await screen.see(/\r\n40 120\r\n/);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => terminal.resize(bad, 24)).toThrow(UsageError);
    expect(() => terminals.open({ cols: 80, rows: bad })).toThrow(UsageError);
  }
  expect(terminals.list()).toMatchObject([{ cols: 120, rows: 40, running: true }]);
});

test("Ctrl-C is answered under a flood, though the only viewer acknowledges nothing; what is on its way is bounded", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using dead = view(terminal, { ackAfterMs: Number.POSITIVE_INFINITY });
  await dead.see(prompt);
  terminal.write("yes\n");
  await until(() => dead.given > 100_000);
  terminal.write(controlC);
  using fresh = view(terminal);
  await fresh.see(/\^C[^y]*READY> $/);
  expect(dead.given).toBeLessThanOrEqual(256 * 1024);
});

test("a flood leaves the rest of the process its turns", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using screen = view(terminal);
  await screen.see(prompt);
  terminal.write("yes\n");
  await until(() => screen.given > 100_000);
  const before = screen.given;
  let [turnAt, largest] = [before, 0];
  while (screen.given < before + 4 * 1024 * 1024) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    largest = Math.max(largest, screen.given - turnAt);
    turnAt = screen.given;
  }
  // Bun alone reads some megabytes before it does anything else.
  expect(largest).toBeLessThanOrEqual(256 * 1024);
  terminal.write(controlC);
  await screen.see(prompt);
});

test("output waits for a viewer that is slow but alive: it misses nothing, also beside one that is dead", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using dead = view(terminal, { ackAfterMs: Number.POSITIVE_INFINITY });
  using slow = view(terminal, { ackAfterMs: 20 });
  await slow.see(prompt);
  terminal.write("seq 300000\n");
  await slow.see(/\n300000\r\nREADY> $/);
  const numbers = slow.text.split("\r\n").filter((line) => /^\d+$/.test(line));
  expect(numbers.length).toBe(300_000);
  expect(numbers.findIndex((line, index) => line !== String(index + 1))).toBe(-1);
  expect(slow.resets).toBe(1);
  expect(dead.given).toBeLessThanOrEqual(256 * 1024);
});

test("output waits for nobody where no viewer is alive", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using dead = view(terminal, { ackAfterMs: Number.POSITIVE_INFINITY });
  await dead.see(prompt);
  terminal.write("seq 300000; exit 5\n");
  await until(() => !terminal.state.running);
  expect(terminal.state.exitCode).toBe(5);
  expect(dead.exits).toEqual([]);
  using late = view(terminal);
  expect(late.text).toMatch(/\r\n299999\r\n300000\r\n/);
  expect(late.exits).toEqual([5]);
});

test("a viewer that comes back is shown what it knew and what it missed", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  const first = view(terminal);
  await first.see(prompt);
  terminal.write("echo b''efore\n");
  await first.see(/before\r\nREADY> $/);
  first[Symbol.dispose]();
  const known = first.text;
  terminal.write("echo a''fter\n");
  using second = view(terminal);
  await second.see(/after\r\nREADY> $/);
  expect(second.text.startsWith(known)).toBe(true);
  expect(first.text).toBe(known);
});

test("two viewers see the same", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using one = view(terminal);
  using other = view(terminal);
  await one.see(prompt);
  terminal.write("echo h''i\n");
  await Promise.all([one, other].map((screen) => screen.see(/hi\r\nREADY> $/)));
  expect(other.text).toBe(one.text);
});

test("characters that come in pieces arrive whole", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using screen = view(terminal);
  await screen.see(prompt);
  const pieces = [..."€😀"].flatMap((character) => [...Buffer.from(character)]).map((byte) => byte.toString(8));
  terminal.write(`for b in ${pieces.join(" ")}; do printf "\\\\$b"; sleep 0.02; done; echo .\n`);
  await screen.see(/€😀\.\r\n/);
});

test("a shell that ends says its code behind its last words, and stays in the list until it is closed", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using screen = view(terminal);
  await screen.see(prompt);
  terminal.write("echo by''e; exit 7\n");
  await until(() => screen.exits.length > 0);
  expect(screen.text).toContain("bye\r\n");
  expect(terminals.list()).toEqual([{ id: terminal.id, title: "sh", ...size, running: false, exitCode: 7 }]);
  terminal.write("nobody reads this");
  terminal.resize(10, 10);
  using late = view(terminal);
  expect(late.text).toBe(screen.text);
  expect([screen.exits, late.exits]).toEqual([[7], [7]]);
  await terminal.close();
  expect(terminals.list()).toEqual([]);
});

test("closing ends the shell, its child and what it left in the background, and leaves no file open", async () => {
  await using dir = await tempDir();
  const filesBefore = openFiles();
  const terminals = shells(dir.path);
  const terminal = terminals.open(size);
  const screen = view(terminal);
  await screen.see(prompt);
  terminal.write("echo pid=$$; (nohup sleep 1001 &) ; (trap '' HUP; sleep 1002) & sleep 1003\n");
  const [, leader = ""] = /pid=(\d+)/.exec(await screen.see(/\npid=\d+\r\n/)) ?? [];
  await until(() => sessionOf(leader).length >= 4);
  await Promise.all([terminal.close(), terminal.close()]);
  expect(sessionOf(leader)).toEqual([]);
  expect(screen.exits).toEqual([null]);
  await until(() => openFiles() === filesBefore);
});

test("a shell that ends by itself takes its background jobs with it", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  using screen = view(terminal);
  await screen.see(prompt);
  terminal.write("echo pid=$$; nohup sleep 1004 & sleep 0.1; exit\n");
  const [, leader = ""] = /pid=(\d+)/.exec(await screen.see(/\npid=\d+\r\n/)) ?? [];
  await until(() => screen.exits.length > 0 && sessionOf(leader).length === 0);
  expect(screen.exits).toEqual([0]);
});

test("there are only so many; one that ended makes room", async () => {
  await using dir = await tempDir();
  await using terminals = shells(dir.path, 2);
  const [first, second] = [terminals.open(size), terminals.open(size)];
  expect(() => terminals.open(size)).toThrow("There are 2 terminals open");
  first.write("exit\n");
  await until(() => terminals.list().some(({ running }) => !running));
  const third = terminals.open(size);
  expect(terminals.list().map(({ id }) => id)).toEqual([second.id, third.id]);
});

test("what cannot be started or typed is refused with a reason", async () => {
  await using dir = await tempDir();
  const filesBefore = openFiles();
  await using gone = shells(`${dir.path}/gone`);
  expect(() => gone.open(size)).toThrow(/^The shell \/bin\/sh could not be started in .*gone: /);
  expect(gone.list()).toEqual([]);
  await until(() => openFiles() === filesBefore);
  await using terminals = shells(dir.path);
  const terminal = terminals.open(size);
  expect(() => terminal.write("x".repeat(2 ** 20 + 1))).toThrow(UsageError);
});

test("a program that uses terminals takes their shells along when it ends", async () => {
  await using dir = await tempDir();
  const script = `
    import { Terminals } from ${JSON.stringify(`${import.meta.dir}/../../server/pty.ts`)};
    const terminal = new Terminals({ cwd: "/", env: { PATH: process.env.PATH }, shell: "/bin/sh" }).open({ cols: 80, rows: 24 });
    let text = "";
    terminal.attach({ exit() {}, data(more) {
      text += more;
      const leader = /pid=(\\d+)/.exec(text)?.[1];
      if (leader) process.stdout.write(leader, () => process.exit(3));
    } });
    terminal.write("(trap '' HUP; sleep 1005) & sleep 0.1; echo pid=$$\\n");`;
  const program = Bun.spawn([process.execPath, "-e", script], { cwd: dir.path, stdout: "pipe", stderr: "inherit" });
  const leader = await new Response(program.stdout).text();
  expect(await program.exited).toBe(3);
  expect(leader).toMatch(/^\d+$/);
  await until(() => sessionOf(leader).length === 0);
});
