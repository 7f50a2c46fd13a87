/** Questions in the terminal: how one looks, what a typed line means as its answer, and which one a line answers. */
import { type Answer, type Ask, type AskId, misfit, type OpenAsk, type Scope } from "../agent/ask.ts";
import { UsageError } from "../agent/error.ts";
import type { Fleet } from "../agent/fleet.ts";

/** A question of any agent of the fleet. */
export interface FleetAsk extends OpenAsk {
  readonly agent: string;
}

const maxDiffLines = 60;

/** The open questions of a fleet, as a person at the terminal answers them: the oldest first, or one by its name. */
export class TerminalAsks {
  readonly #fleet: Fleet;
  readonly #root: string;
  /** Answered here; their agents may not have noticed yet. */
  readonly #sent = new Set<string>();

  constructor(fleet: Fleet, root: string) {
    this.#fleet = fleet;
    this.#root = root;
  }

  /** Oldest first. */
  get open(): readonly FleetAsk[] {
    const all = this.#fleet.living().flatMap(({ label, asks }) => asks.map((ask) => ({ ...ask, agent: label })));
    return all.filter((ask) => !this.#sent.has(this.nameOf(ask))).sort((a, b) => a.at - b.at);
  }

  /** `a1` for the agent that the person talks to, `worker:a1` for another. */
  nameOf({ agent, askId }: { readonly agent: string; readonly askId: AskId }): string {
    return agent === this.#root ? askId : `${agent}:${askId}`;
  }

  /** Before what is typed: which question it answers. */
  prompt(): string {
    const [oldest] = this.open;
    return oldest ? `answer ${this.nameOf(oldest)}> ` : "> ";
  }

  /** Answers the oldest question. Throws `UsageError` where there is none or the words do not fit. */
  answer(text: string): void {
    const [oldest] = this.open;
    if (!oldest) throw new UsageError("No question is open.");
    this.#send(oldest, text);
  }

  /** As `answer`; the first word may name the question. */
  answerNamed(text: string): void {
    const [word = ""] = text.split(/\s/, 1);
    const named = this.open.find((ask) => this.nameOf(ask) === word);
    if (named) return this.#send(named, text.slice(word.length).trim());
    if (/^(?:[\w.-]+:)?a\d+$/.test(word)) throw new UsageError(`No question ${word} is open.`);
    this.answer(text);
  }

  #send(asked: FleetAsk, text: string): void {
    const answer = readAnswer(asked.ask, text);
    const problem = misfit(asked.ask, answer);
    if (problem) throw new UsageError(problem, { hint: howTo(asked.ask) });
    this.#sent.add(this.nameOf(asked));
    this.#fleet.command(asked.agent, { type: "answer", askId: asked.askId, answer });
  }
}

/** What a line means as an answer; whether it fits is for `misfit` to say. */
export function readAnswer(ask: Ask, line: string): Answer {
  const text = line.trim();
  return ask.type === "permission" ? readPermission(text) : readChoice(ask, text);
}

type Question = Extract<Ask, { type: "question" }>;
type Permission = Extract<Ask, { type: "permission" }>;

function readChoice({ choices, allowText }: Question, text: string): Answer {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const numbered = words.map((word) => (/^\d+$/.test(word) ? choices[Number(word) - 1]?.label : undefined));
  const labels = numbered.filter((label) => label !== undefined);
  if (labels.length > 0 && labels.length === words.length) return { type: "choice", labels: [...new Set(labels)] };
  const said = choices.find(({ label }) => label.toLowerCase() === text.toLowerCase());
  if (said) return { type: "choice", labels: [said.label] };
  return allowText || choices.length === 0 ? { type: "text", text } : { type: "choice", labels: [text] };
}

const scopeWords: ReadonlyMap<string, Scope> = new Map([
  ["y", "once"],
  ["yes", "once"],
  ["once", "once"],
  ["s", "session"],
  ["session", "session"],
  ["p", "project"],
  ["project", "project"],
]);

/** Only one word allows, and says how far: y means once. What is neither that nor a no fits nothing. */
function readPermission(text: string): Answer {
  const [word = "", ...rest] = text.split(/\s+/);
  const known = word.toLowerCase();
  const reason = rest.join(" ");
  if (["n", "no"].includes(known)) return { type: "deny", ...(reason === "" ? {} : { reason }) };
  const scope = rest.length === 0 ? scopeWords.get(known) : undefined;
  if (scope) return { type: "allow", scope };
  return { type: "text", text };
}

/**
 * The question, what it is about, and how to answer it, a line each. Its own lines are set in, so that none looks like
 * another question or like the prompt.
 */
export function askLines(name: string, agent: string, ask: Ask): string[] {
  const who = `? ${agent} asks (${name})`;
  if (ask.type === "question") {
    const [first, ...rest] = ask.text.trim().split("\n");
    const choices = ask.choices.map(
      ({ label, detail }, at) => `  ${at + 1}  ${flat([label, detail].filter(Boolean).join(": "))}`,
    );
    return [`${who}: ${first}`, ...rest.map((line) => `    ${line}`), ...choices, `  ${howTo(ask)}`];
  }
  const { tool, text, command, diff, url } = ask;
  return [
    `${who} to use ${flat(tool)}: ${flat(text)}`,
    ...(command === undefined ? [] : command.split("\n").map((line) => `  $ ${line}`)),
    ...(url === undefined ? [] : [`  ${flat(url)}`]),
    ...(diff ? [`  ${flat(diff.path)}`, ...diffLines(diff.hunks)] : []),
    `  ${howTo(ask)}`,
  ];
}

const flat = (text: string) => text.replace(/\s+/g, " ").trim();

function diffLines(hunks: NonNullable<Permission["diff"]>["hunks"]): string[] {
  const lines = hunks.flatMap(({ oldStart, newStart, lines }) => [`@@ -${oldStart} +${newStart} @@`, ...lines]);
  const rest = lines.length - maxDiffLines;
  const shown = lines.slice(0, maxDiffLines).map((line) => `  ${line}`);
  return rest > 0 ? [...shown, `  … ${rest} more lines`] : shown;
}

function howTo(ask: Ask): string {
  if (ask.type === "permission") {
    const ways = { once: "y: this once", session: "s: for this session", project: "p: for this project" };
    return [...ask.scopes.map((scope) => ways[scope]), "n, or n and why: no"].join("; ");
  }
  const { choices, multiple, allowText } = ask;
  if (choices.length === 0) return "Answer in your own words.";
  const numbers = multiple ? "Answer with numbers, such as 1 2" : "Answer with a number";
  return `${numbers}${allowText ? ", or in your own words" : ""}.`;
}
