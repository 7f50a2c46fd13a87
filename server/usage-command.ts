/** `sagent usage`: the rate and usage windows that each provider last told each account of. */
import { UsageError } from "../agent/error.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { readUsageNotes } from "./usage-notes.ts";
import type { UsageNote } from "./usage-notes-schema.ts";
import { ago, windowWords } from "./windows.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code. */
export async function runUsage(
  words: readonly string[],
  { outputFormat, provider }: Pick<Config, "outputFormat" | "provider">,
  env: Env,
): Promise<number> {
  if (words.length > 0) throw new UsageError("The command is: usage [--provider NAME] [--json].");
  const all = await readUsageNotes(env);
  const notes = all.filter((each) => provider === undefined || each.provider === provider.toLowerCase());
  if (outputFormat !== "text") await writeOut(`${JSON.stringify(notes)}\n`);
  else if (notes.length === 0) await writeOut("No provider has told of its limits yet.\n");
  else await writeOut(printable(`${table(notes, Date.now())}\n`));
  return 0;
}

function table(notes: readonly UsageNote[], now: number): string {
  const rows = notes.flatMap(({ provider, account = "", heardAt, windows }) =>
    windows.map((window) => [provider, account, window.name, windowWords(window, now), ago(now - heardAt)]),
  );
  return columns([["PROVIDER", "ACCOUNT", "WINDOW", "STATE", "HEARD"], ...rows]);
}
