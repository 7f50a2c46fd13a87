/** The command line, read by the table of flags. */
import { parseArgs } from "node:util";
import { messageOf, UsageError } from "../agent/error.ts";
import { nearNames } from "../tools/near.ts";
import { type Flag, flagTable } from "./flag-table.ts";

export const outputFormats = ["text", "json", "stream-json"] as const;
export type OutputFormat = (typeof outputFormats)[number];
export const inputFormats = ["text", "stream-json"] as const;
export type InputFormat = (typeof inputFormats)[number];

type Table = typeof flagTable;
type One<Name extends keyof Table> = Table[Name]["type"] extends "boolean" ? boolean : string;
type Value<Name extends keyof Table> = Table[Name] extends { multiple: true } ? One<Name>[] : One<Name>;
export type Flags = { readonly [Name in keyof Table]?: Value<Name> };

export interface CommandLine {
  readonly flags: Flags;
  /** Words that are not flags: a subcommand and its arguments. */
  readonly words: readonly string[];
}

/** Names that the reference implementation used. */
const aliases: Readonly<Record<string, string>> = { "--max-tool-call-rounds": "--max-rounds" };

/** Reads the arguments behind the program's name. Throws `UsageError` naming what is wrong and what is close to it. */
export function parseFlags(argv: readonly string[]): CommandLine {
  const args = argv.map((word) => {
    const [name = "", ...value] = word.split("=");
    return [aliases[name] ?? (value.length > 0 ? longName(name) : name), ...value].join("=");
  });
  try {
    const { values, positionals } = parseArgs({ args, options: flagTable, allowPositionals: true, strict: true });
    return { flags: values, words: positionals };
  } catch (error) {
    const message = messageOf(error);
    throw new UsageError(sentence(message), { hint: suggestion(message) });
  }
}

/** What Node's parser says, in our words. */
function sentence(message: string): string {
  const unknown = /^Unknown option '([^']*)'/.exec(message)?.[1];
  if (unknown) return `There is no option ${unknown.startsWith("-") ? unknown : `-${unknown}`}.`;
  const [, name = "", wrong] = /^Option '(?:-\w, )?(--?[\w-]+).*?' (.*)/.exec(message) ?? [];
  const flag = longName(name);
  if (wrong === "argument missing") return `${flag} needs a value.`;
  if (wrong?.startsWith("argument is ambiguous")) {
    return `${flag} needs a value; write ${flag}=VALUE for one that begins with a dash.`;
  }
  return wrong === "does not take an argument" ? `${flag} takes no value.` : (message.split("\n", 1)[0] ?? message);
}

function longName(name: string): string {
  const [long] = Object.entries<Flag>(flagTable).find(([, { short }]) => name === `-${short}`) ?? [];
  return long === undefined ? name : `--${long}`;
}

function suggestion(message: string): string {
  const wanted = /'--?([^'=]*)/.exec(message)?.[1] ?? "";
  const names = Object.keys(flagTable);
  const begun = names.filter((name) => wanted.length > 1 && (name.startsWith(wanted) || wanted.startsWith(name)));
  const near = begun.length > 0 || wanted.length < 3 ? begun : nearNames(wanted, names);
  return near.length > 0 ? `Did you mean ${near.map((name) => `--${name}`).join(" or ")}?` : "See sagent --help.";
}

const usage = `sagent: a coding agent for many providers and for models on this machine.

Usage
  sagent                          open the workspace in the browser
  sagent --terminal               talk to it in the terminal
  sagent -p TEXT                  do one task and exit
  … | sagent                      take the task from standard input
  sagent serve                    serve the workspace, on a terminal or not
  sagent models [WORDS]           list models: prices, windows, what is usable; --provider, --effort and --thinking narrow it
  sagent models show ID           all that is known of one
  sagent model list               list the weights on this machine: what fits, what calls tools, how fast it is
  sagent model search WORDS       look for models on the Hugging Face hub
  sagent model info NAME          all that is known of weights, or the files of a repository
  sagent model pull [NAME]        fetch the weights of a local model
  sagent model rm NAME            remove weights from the cache
  sagent model bench NAME         measure how fast weights are here
  sagent login PROVIDER           keep a key, typed or piped in, or log in with --auth oauth
  sagent logout PROVIDER          forget it
  sagent auth status              say what each provider would be used with
  sagent usage                    show the limits that providers last told of, by account
  sagent plugin list              list plug-ins, what each adds and what is wrong with it
  sagent slack                    answer in Slack: a bot with one agent, or several by --persona-dir
  sagent sessions                 list this directory's sessions
  sagent mcp VERB …               list, add, remove, get or test MCP servers, or serve as one
  sagent sessions VERB ID …       rename, rm, restore or export one of them
`;

const codes = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 budget reached, 129 hung up, 130 interrupted, 143 terminated.
Keys come from the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, …) or from sagent login. With none, a model on this machine answers.
`;

export function helpText(): string {
  const groups = new Map<string, string[]>();
  for (const [name, flag] of Object.entries<Flag>(flagTable)) {
    const short = flag.short ? `-${flag.short}, ` : "    ";
    const line = `  ${short}--${name}${flag.value ? ` ${flag.value}` : ""}`;
    groups.set(flag.group, [...(groups.get(flag.group) ?? []), `${line.padEnd(34)} ${flag.help}`]);
  }
  return usage + [...groups].map(([group, lines]) => `\n${group}\n${lines.join("\n")}\n`).join("") + codes;
}
