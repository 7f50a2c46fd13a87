/** A repository to run the tool Git in, untouched by the settings of whoever runs it. */
import { join } from "node:path";
import { gitTool } from "../../tools/git.ts";
import { makeRepo } from "../server/repo.ts";
import { type Place, placeAt } from "./tool-bench.ts";

export type GitArgs = Parameters<ReturnType<typeof gitTool>["run"]>[0];

/** With the repository's hooks and filters, and without. */
export const trustingGit = gitTool({ isTrusted: async () => true });
export const guardedGit = gitTool();

export function gitRepo(options?: { init?: boolean }) {
  const repo = makeRepo(options);
  const identity = { HOME: repo.env.HOME ?? "", GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com" };
  const committer = { GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com" };
  const env = { ...identity, ...committer };
  const ask = async (place: Place, args: GitArgs, tool = trustingGit) => {
    const { text, isError = false } = await place.run(tool, args);
    return { text: text.replaceAll(`${join(repo.root, "..")}/`, ""), isError };
  };
  return {
    ...repo,
    place: placeAt(repo.root, {}, env),
    /** In another directory, or with more variables. */
    at: (cwd: string, more: Record<string, string> = {}) => placeAt(cwd, {}, { ...env, ...more }),
    git: (args: GitArgs) => ask(placeAt(repo.root, {}, env), args),
    ask,
    commitFile(path: string, content: string, message = `put ${path}`) {
      repo.put(path, content);
      repo.run("add", path);
      repo.run("commit", "--quiet", "--message", message);
    },
    [Symbol.dispose]: () => repo[Symbol.dispose](),
  };
}
