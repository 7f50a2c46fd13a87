/** What `sagent sessions` does with one of them: `rename`, `rm`, `restore` and `export`. */
import { dirname } from "node:path";
import { UsageError } from "../agent/error.ts";
import { projectDir, type SessionSummary } from "../agent/session-list.ts";
import type { Config } from "./config.ts";
import { findById } from "./sessions.ts";
import { Shelf } from "./shelf.ts";
import { isTerminal, writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

const usage = [
  "sagent sessions rename ID TITLE",
  "sagent sessions rm ID",
  "sagent sessions restore ID",
  "sagent sessions export ID [markdown|json|html]",
];

/** Resolves to the exit code. An id may be cut short. Throws `UsageError` for words that mean nothing. */
export async function runSessionCommand(words: readonly string[], config: Config, env: Env): Promise<number> {
  const [verb, id = "", ...rest] = words;
  const project = projectDir(config.cwd, env);
  if (id !== "" && verb === "rename" && rest.length > 0) {
    const { id: whole, dir } = await findById(id, project, env);
    await new Shelf(dirname(dir)).rename(whole, rest.join(" "));
    return 0;
  }
  if (id !== "" && verb === "rm" && rest.length === 0) return remove(await findById(id, project, env));
  if (id !== "" && verb === "restore" && rest.length === 0) {
    await new Shelf(project).restore(id);
    return 0;
  }
  if (id !== "" && verb === "export" && rest.length <= 1) return print(await findById(id, project, env), rest[0], env);
  throw new UsageError(`"sessions ${words.join(" ")}" is not a command.`, { hint: usage.join("\n  ") });
}

async function remove({ id, dir }: SessionSummary): Promise<number> {
  await new Shelf(dirname(dir)).remove(id);
  await writeOut(`${id} is in the trash for 30 days; sagent sessions restore ${id} takes it back.\n`);
  return 0;
}

async function print({ dir }: SessionSummary, wanted = "markdown", env: Env): Promise<number> {
  const { exportFormats, exportSession } = await import("./export.ts");
  const format = exportFormats.find((each) => each === wanted);
  if (!format) throw new UsageError(`There is no format "${wanted}".`, { hint: `Choose ${exportFormats.join(", ")}.` });
  const page = format === "html" ? await builtPage() : undefined;
  const show = isTerminal("stdout") ? printable : (text: string) => text;
  for await (const piece of exportSession(dir, format, { env, ...(page ? { page } : {}) })) await writeOut(show(piece));
  return 0;
}

async function builtPage() {
  const [{ pageDir }, { readPage }] = await Promise.all([import("./assets.ts"), import("./export-html.ts")]);
  return readPage(pageDir());
}
