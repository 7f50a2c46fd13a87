/** Children that work in git worktrees of their own, and what becomes of their work. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../agent/session-list.ts";
import { compose } from "../../server/compose.ts";
import { readConfig } from "../../server/config.ts";
import { parseFlags } from "../../server/flags.ts";
import { freshHome } from "../server/program.ts";
import type { FakePart, FakeProvider, FakeReply, FakeRequest } from "../support/fake-types.ts";
import { must, startFakeProvider } from "../support/index.ts";

/** The fake answers by the task that stands in the conversation: those of the children and of the root go on side by side. */
type Scripts = Readonly<Record<string, (request: FakeRequest, round: number) => FakePart[]>>;

const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });

function answer(scripts: Scripts) {
  return (request: FakeRequest): FakeReply => {
    const [first] = request.view.messages;
    const [, script] = must(Object.entries(scripts).find(([name]) => first?.texts.some((text) => text.endsWith(name))));
    const round = request.view.messages.filter(({ role }) => role === "assistant").length;
    return { parts: script(request, round) };
  };
}

const git = (home: ReturnType<typeof freshHome>, ...args: string[]) => {
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const { exitCode, stdout, stderr } = Bun.spawnSync(["git", ...author, ...args], { cwd: home.project, env: home.env });
  if (exitCode !== 0) throw new Error(stderr.toString());
  return stdout.toString();
};

function repoHome(fake: FakeProvider) {
  const home = freshHome(fake);
  writeFileSync(join(home.env.HOME ?? "", ".gitconfig"), "[user]\n\tname = Agent\n\temail = agent@example.com\n");
  git(home, "init", "--quiet", "--initial-branch=main");
  writeFileSync(join(home.project, "a.txt"), "one\ntwo\nthree\n");
  git(home, "add", "a.txt");
  git(home, "commit", "--quiet", "--message", "first");
  return home;
}

const worktreesOf = (home: ReturnType<typeof freshHome>) => {
  const dir = join(projectDir(home.project, home.env), "worktrees");
  return existsSync(dir) ? readdirSync(dir) : [];
};

const composed = (home: ReturnType<typeof freshHome>, ...flags: string[]) =>
  compose(readConfig(parseFlags(flags).flags, home.project), home.env);

/** What the tools answered last. */
const results = (request: FakeRequest) => request.view.messages.at(-1)?.results.map(({ text }) => text) ?? [];

function editor(word: string) {
  return (_: FakeRequest, round: number): FakePart[] =>
    [
      [call("Edit", { file_path: "a.txt", old_string: "two", new_string: word })],
      [call("Bash", { command: `git commit --quiet --message "${word}" a.txt` })],
    ][round] ?? [{ text: `Wrote ${word}.` }];
}

test("two children edit one file side by side; the first is merged, of the second both sides are shown, then it is too", async () => {
  const heard: string[][] = [];
  const branches: string[] = [];
  const root = (request: FakeRequest, round: number): FakePart[] => {
    heard.push(results(request));
    if (round === 0) {
      return ["zwei", "deux"].map((word) =>
        call("AgentSpawn", { prompt: `Write ${word}`, label: word, isolation: "worktree", tools: ["Edit", "Bash"] }),
      );
    }
    if (round === 1) {
      for (const text of results(request)) branches.push(must(/branch (\S+)/.exec(text)?.[1]));
      return [call("ToolSearch", { query: "Git" })];
    }
    const [first = "", second = ""] = branches;
    const steps = [
      [call("Git", { operation: "review", ref: first })],
      [call("Git", { operation: "merge", ref: first })],
      [call("Git", { operation: "merge", ref: second })],
      [call("Git", { operation: "merge", ref: second, keepConflicts: true })],
      [call("Write", { file_path: "a.txt", content: "one\nzwei, deux\nthree\n" })],
      [call("Read", { file_path: "a.txt" })],
      [call("Write", { file_path: "a.txt", content: "one\nzwei, deux\nthree\n" })],
      [call("Git", { operation: "commit", message: "Both", paths: ["a.txt"] })],
      [call("Git", { operation: "remove", worktree: first }), call("Git", { operation: "remove", worktree: second })],
    ];
    return steps[round - 2] ?? [{ text: "Merged." }];
  };
  await using fake = await startFakeProvider(
    answer({ "Write zwei": editor("zwei"), "Write deux": editor("deux"), "Do it": root }),
  );
  using home = repoHome(fake);
  await using made = await composed(home, "--ephemeral");
  const { content, error } = await made.agent.run("Do it");
  expect([content, error, fake.problems]).toEqual(["Merged.", undefined, []]);
  expect(heard[1]).toEqual(
    ["zwei", "deux"].map((word) =>
      expect.stringMatching(
        new RegExp(
          `^Wrote ${word}\\.\\n\\nIts worktree is kept: branch sagent/${word}-[0-9a-f]{8} in .*, with 1 commit\\. See`,
        ),
      ),
    ),
  );
  expect(heard[3]?.[0]).toContain("-two\n+zwei");
  expect(heard[4]?.[0]).toMatch(/^Merged sagent\/zwei-\w+\.\n a\.txt \| 2 \+-/);
  expect(heard[5]?.[0]).toMatch(
    /conflicts with the present branch in 1 file; nothing was changed\.[\s\S]*=== a\.txt\n@@ line 1\none\n<{7} HEAD\nzwei\n={7}\ndeux\n>{7} sagent\/deux-\w+\nthree/,
  );
  expect(heard.at(-1)?.map((text) => text.replace(/^.* and its branch/, "Removed its branch"))).toEqual(
    branches.map((branch) => `Removed its branch ${branch}, all of which is in HEAD.`),
  );
  expect(readFileSync(join(home.project, "a.txt"), "utf8")).toBe("one\nzwei, deux\nthree\n");
  expect([git(home, "status", "--short"), git(home, "branch", "--format=%(refname:short)"), worktreesOf(home)]).toEqual(
    ["", "main\n", []],
  );
});

test("a child that changes nothing leaves nothing; what its parent has not committed is told, and not in its worktree", async () => {
  const heard: string[][] = [];
  const tasks: string[] = [];
  const scripts: Scripts = {
    Look: (request, round) => {
      tasks.push(...(request.view.messages[0]?.texts ?? []));
      return round === 0 ? [call("Bash", { command: "pwd; cat a.txt; ls" })] : [{ text: results(request).join("") }];
    },
    Go: (request, round) => {
      heard.push(results(request));
      return round === 0 ? [call("AgentSpawn", { prompt: "Look", isolation: "worktree" })] : [{ text: "Seen." }];
    },
  };
  await using fake = await startFakeProvider(answer(scripts));
  using home = repoHome(fake);
  writeFileSync(join(home.project, "a.txt"), "dirty\n");
  await using made = await composed(home, "--ephemeral");
  expect((await made.agent.run("Go")).content).toBe("Seen.");
  expect(tasks[0]).toMatch(
    /^You work in a git worktree of your own: .* on branch sagent\/\S+, made from commit \w{9}\..* What is in no commit yet is not in it: 1 file \(a\.txt\)\.\n\nLook$/,
  );
  expect(heard[1]?.[0]).toMatch(
    /\/worktrees\/\S+\none\ntwo\nthree\na\.txt\n\[exit code 0\]\n\nIt changed nothing in its worktree, which was removed\.$/,
  );
  expect([
    git(home, "branch", "--format=%(refname:short)"),
    worktreesOf(home),
    git(home, "worktree", "list").split("\n").length,
  ]).toEqual(["main\n", [], 2]);
});

test("a child's file tools write in its worktree alone", async () => {
  const heard: string[] = [];
  await using fake = await startFakeProvider(
    answer({
      Stray: (request, round) => {
        heard.push(...results(request));
        return round === 0
          ? [call("Write", { file_path: join(home.project, "b.txt"), content: "b" })]
          : [{ text: "Well." }];
      },
      Go: (_, round) =>
        round === 0
          ? [call("AgentSpawn", { prompt: "Stray", isolation: "worktree", tools: ["Write"] })]
          : [{ text: "Done." }],
    }),
  );
  using home = repoHome(fake);
  await using made = await composed(home, "--ephemeral");
  expect((await made.agent.run("Go")).content).toBe("Done.");
  expect(heard).toEqual([
    expect.stringMatching(/^Cannot write .*b\.txt: it lies outside of .*, where writing is held\.$/),
  ]);
  expect(existsSync(join(home.project, "b.txt"))).toBe(false);
});

test("a child that stays finds its worktree again in a later process", async () => {
  const places: string[] = [];
  const scripts: Scripts = {
    Stay: (request, round) => {
      const said = results(request);
      if (said.length > 0) places.push(...said);
      return round % 2 === 0
        ? [call("Bash", { command: `echo ${round} >> kept.txt; pwd; cat kept.txt` })]
        : [{ text: "Resting." }];
    },
    Go: (_, round) =>
      round === 0
        ? [
            call("AgentSpawn", {
              prompt: "Stay",
              label: "keeper",
              persistent: true,
              notify: false,
              isolation: "worktree",
            }),
          ]
        : round === 2
          ? [call("AgentSend", { to: "keeper", content: "Again" })]
          : [{ text: "Done." }],
  };
  await using fake = await startFakeProvider(answer(scripts));
  using home = repoHome(fake);
  {
    await using made = await composed(home);
    await made.agent.run("Go");
    await made.fleet.quiet();
  }
  expect(worktreesOf(home)).toEqual([expect.stringMatching(/^keeper-[0-9a-f]{8}$/)]);
  {
    await using made = await composed(home, "--continue");
    await made.agent.run("And now?");
    await made.fleet.quiet();
  }
  const [first = "", second = ""] = places;
  expect(first).toMatch(/\/worktrees\/keeper-\w+\n0\n\[exit code 0\]$/);
  expect(second).toBe(first.replace("\n0\n", "\n0\n2\n"));
});

test("where there is no repository, no commit or no files, the call says so", async () => {
  const heard: string[] = [];
  const script = (request: FakeRequest, round: number): FakePart[] => {
    heard.push(...results(request));
    return round % 2 === 0 ? [call("AgentSpawn", { prompt: "Look", isolation: "worktree" })] : [{ text: "Well." }];
  };
  await using fake = await startFakeProvider(answer({ Go: script }));
  using home = freshHome(fake);
  await using made = await composed(home, "--ephemeral");
  await made.agent.run("Go");
  git(home, "init", "--quiet");
  await made.agent.run("Go");
  expect(heard).toEqual([
    `A worktree of its own cannot be made: ${home.project} is in no git repository.`,
    "A worktree of its own cannot be made: There is no commit yet.",
  ]);
});
