/** Hooks as they are written for Claude Code: the program runs them, tells them what they expect, and does as they say. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { writeFiles } from "../support/write-files.ts";
import { freshHome, type Home, resultOf } from "./program.ts";

type Hook = { readonly matcher?: string; readonly command: string; readonly timeout?: number };

function settings(byEvent: Readonly<Record<string, readonly Hook[]>>): string {
  const groups = Object.entries(byEvent).map(([event, hooks]) => [
    event,
    hooks.map(({ matcher, ...hook }) => ({ matcher, hooks: [{ type: "command", ...hook }] })),
  ]);
  return JSON.stringify({ hooks: Object.fromEntries(groups) });
}

/** The model's answers in turn; the last one again. */
const script = (...replies: readonly FakeReply[]) => {
  let at = 0;
  return () => replies[Math.min(at++, replies.length - 1)] ?? { parts: [{ text: "Done." }] };
};
const bash = (command: string): FakeReply => ({ parts: [{ call: "Bash", args: { command } }] });
const done: FakeReply = { parts: [{ text: "Done." }] };

const runJson = (home: Home, ...more: string[]) =>
  home.run(["-p", "Go.", "--output-format", "json", "--trust", ...more]);

const logged = (home: Home) =>
  readFileSync(join(home.project, "log.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("each event reaches its hooks with the fields they expect", async () => {
  await using fake = await startFakeProvider(
    script({ parts: [{ call: "Write", args: { file_path: "a.txt", content: "hey" } }] }, bash("echo hi"), done),
  );
  using home = freshHome(fake);
  const log = { command: 'cat >> "$CLAUDE_PROJECT_DIR/log.jsonl"; test "$SAGENT_PROJECT_DIR" = "$CLAUDE_PROJECT_DIR"' };
  const events = ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionEnd"];
  writeFiles(home.project, {
    ".claude/settings.json": settings(Object.fromEntries(events.map((event) => [event, [log]]))),
  });
  const { error, content } = resultOf(await runJson(home));
  expect([error, content, fake.problems]).toEqual([undefined, "Done.", []]);
  const lines = logged(home);
  const names = lines.map(({ hook_event_name }) => hook_event_name);
  expect(names).toEqual([
    ...["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse"],
    ...["PreToolUse", "PostToolUse", "Stop", "SessionEnd"],
  ]);
  for (const line of lines) {
    expect(line).toMatchObject({ cwd: home.project, session_id: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(existsSync(line.transcript_path)).toBe(true);
  }
  expect(lines[0]).toMatchObject({ source: "startup" });
  expect(lines[1]).toMatchObject({ prompt: "Go." });
  const path = join(home.project, "a.txt");
  expect(lines[2]).toMatchObject({ tool_name: "Write", tool_input: { file_path: path, content: "hey" } });
  expect(lines[3]).toMatchObject({ tool_name: "Write", tool_response: { success: true, filePath: path } });
  expect(lines[5]).toMatchObject({ tool_name: "Bash", tool_response: { stdout: "hi", interrupted: false } });
  expect(lines[6]).toMatchObject({ stop_hook_active: false, last_assistant_message: "Done." });
});

test("exit code 2 blocks a call with what stands on stderr; other codes are told and passed over", async () => {
  await using fake = await startFakeProvider(script(bash("touch made"), bash("touch kept"), done));
  using home = freshHome(fake);
  const guard = `if grep -q "touch made"; then echo "Not that file." >&2; exit 2; fi; echo odd >&2; exit 1`;
  writeFiles(home.project, {
    ".claude/settings.local.json": settings({ PreToolUse: [{ matcher: "Bash|Write", command: guard }] }),
  });
  const finished = await runJson(home);
  expect(resultOf(finished).content).toBe("Done.");
  expect([existsSync(join(home.project, "made")), existsSync(join(home.project, "kept"))]).toEqual([false, true]);
  expect(JSON.stringify(fake.requests[1]?.view.messages.at(-1))).toContain("Not run: Not that file.");
  expect(finished.stderr).toContain("A hook for PreToolUse failed and was passed over");
  expect(finished.stderr).toContain("exit code 1 odd");
});

test("JSON on stdout denies, changes arguments, adds context and speaks to the person", async () => {
  await using fake = await startFakeProvider(script(bash("echo one"), bash("echo two"), bash("echo three"), done));
  using home = freshHome(fake);
  const hook = `
    input=$(cat)
    case "$input" in
      *"echo one"*) echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"No one."}}' ;;
      *"echo two"*) echo '{"systemMessage":"Changed it.","hookSpecificOutput":{"permissionDecision":"allow","updatedInput":{"command":"echo TWO"},"additionalContext":"Twice."}}' ;;
      *) echo '{"hookSpecificOutput":{"permissionDecision":"ask","permissionDecisionReason":"Sure?"}}' ;;
    esac`;
  writeFiles(home.project, { ".sagent/settings.json": settings({ PreToolUse: [{ matcher: "B.*", command: hook }] }) });
  const { stderr } = await runJson(home);
  const results = fake.requests.slice(1).map(({ view }) => JSON.stringify(view.messages.at(-1)));
  expect(results[0]).toContain("Not run: No one.");
  expect(results[1]).toMatch(/TWO.*\\n\\n\[hook\] Twice\./);
  expect(results[2]).toContain("Sure? A person would have to allow it, and nobody can answer here.");
  expect(stderr).toContain("sagent: Changed it.");
});

test("a prompt gets context or is refused; the end of the work is put off, and whoever does so knows", async () => {
  await using fake = await startFakeProvider(script(done));
  using home = freshHome(fake);
  const stop = `grep -q '"stop_hook_active":true' || { echo "Run the tests." >&2; exit 2; }`;
  writeFiles(home.project, {
    ".claude/settings.json": settings({
      UserPromptSubmit: [
        {
          command: `if grep -q secret; then echo '{"decision":"block","reason":"No secrets."}'; else echo "It is Monday."; fi`,
        },
      ],
      Stop: [{ command: stop }],
      SessionStart: [
        { matcher: "startup", command: "echo Be kind." },
        { matcher: "resume", command: "echo Again." },
      ],
    }),
  });
  const { reason, rounds } = resultOf(await runJson(home));
  expect([reason, rounds]).toEqual(["done", 0]);
  expect(fake.requests.length).toBe(2);
  expect(JSON.stringify(fake.requests[0]?.view.messages)).toContain("It is Monday.");
  expect(JSON.stringify(fake.requests[0]?.body)).toContain("Be kind.");
  expect(JSON.stringify(fake.requests[0]?.body)).not.toContain("Again.");
  expect(JSON.stringify(fake.requests[1]?.view.messages.at(-1))).toContain("Run the tests.");
  const refused = await home.run(["-p", "the secret", "--output-format", "json", "--trust"]);
  expect(resultOf(refused)).toMatchObject({
    error: { code: "hook", message: "A hook refused the prompt: No secrets." },
  });
  expect([refused.code, fake.requests.length]).toEqual([1, 2]);
});

test("continue: false stops the agent; a hook that takes too long is ended with all it started", async () => {
  await using fake = await startFakeProvider(script(bash("echo a"), bash("echo b"), done));
  using home = freshHome(fake);
  const slow = `sleep 300 & echo $! > "$CLAUDE_PROJECT_DIR/pid"; wait`;
  const halt = `grep -q "echo b" && echo '{"continue":false,"stopReason":"That will do."}'; true`;
  writeFiles(home.project, {
    ".claude/settings.json": settings({
      PreToolUse: [{ matcher: "Bash", command: slow, timeout: 0.3 }],
      PostToolUse: [{ matcher: "Bash", command: halt }],
    }),
  });
  const { error, reason } = resultOf(await runJson(home));
  expect([error?.message, reason]).toEqual(["A hook stopped the agent: That will do.", "halted"]);
  expect(fake.requests.length).toBe(2);
  const pid = readFileSync(join(home.project, "pid"), "utf8").trim();
  // One that is dead and only waits to be noticed is no running process.
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] : "gone";
  expect(["gone", "Z"]).toContain(state ?? "");
});

test("a project's hooks need trust, a person's own do not; what is no hook is told", async () => {
  await using fake = await startFakeProvider(script(done));
  using home = freshHome(fake);
  const touch = (name: string) => settings({ Stop: [{ command: `touch "$SAGENT_PROJECT_DIR/${name}"` }] });
  writeFiles(home.project, { ".claude/settings.json": touch("project") });
  writeFiles(home.path, {
    "home/.claude/settings.json": touch("own"),
    "config/sagent/settings.json": JSON.stringify({
      hooks: {
        Stop: [{ hooks: [{ type: "prompt", prompt: "?" }] }, { matcher: "(", hooks: [] }],
        WorktreeCreate: [],
      },
    }),
  });
  const { stderr, code } = await home.run(["-p", "Go."]);
  expect([code, existsSync(join(home.project, "project")), existsSync(join(home.project, "own"))]).toEqual([
    0,
    false,
    true,
  ]);
  expect(stderr).toContain(`${home.project}/.claude/settings.json (its hooks) is not obeyed`);
  const path = `${home.path}/config/sagent/settings.json`;
  expect(stderr).toContain(`A hook for Stop in ${path} is left out: only those of type "command" are run.`);
  expect(stderr).toContain(`A hook for Stop in ${path} is left out: "(" is no regular expression.`);
  expect(stderr).toContain(`${path} has hooks for "WorktreeCreate", an event that is not known here; they never run.`);
});

test("children are Task, and end with SubagentStop", async () => {
  await using fake = await startFakeProvider(({ view }) => {
    const last = JSON.stringify(view.messages.at(-1));
    if (last.includes("Go.")) return { parts: [{ call: "AgentSpawn", args: { prompt: "You are small." } }] };
    return done;
  });
  using home = freshHome(fake);
  const log = { command: 'cat >> "$CLAUDE_PROJECT_DIR/log.jsonl"' };
  writeFiles(home.project, {
    ".claude/settings.json": settings({ PreToolUse: [{ matcher: "Task", ...log }], SubagentStop: [log], Stop: [log] }),
  });
  await runJson(home);
  expect(logged(home).map(({ hook_event_name, tool_name }) => [hook_event_name, tool_name])).toEqual([
    ["PreToolUse", "Task"],
    ["SubagentStop", undefined],
    ["Stop", undefined],
  ]);
});
