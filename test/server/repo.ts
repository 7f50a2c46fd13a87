/** A git repository of a test's own, untouched by the settings of whoever runs it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Git } from "../../server/git.ts";
import { tempDir } from "../support/temp-dir.ts";

export interface Repo extends Disposable {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly git: Git;
  put(path: string, content: string | Uint8Array): void;
  /** Runs git, and throws what it says where it fails. */
  run(...args: string[]): string;
}

export function makeRepo({ init = true } = {}): Repo {
  const dir = tempDir();
  const [root, home] = [join(dir.path, "project"), join(dir.path, "home")];
  for (const path of [root, home]) mkdirSync(path);
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const repo: Repo = {
    root,
    env,
    git: new Git(root, env),
    put(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    run(...args) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(["git", ...author, ...args], { cwd: root, env });
      if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.toString()}`);
      return stdout.toString();
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
  if (init) repo.run("init", "--quiet", "--initial-branch=main");
  return repo;
}

export function commitAll(repo: Repo): void {
  repo.run("add", "--all");
  repo.run("commit", "--quiet", "--message", "change");
}
