/**
 * What a question tells a small model to do, call by call. A sentence or line that names a tool and values for it is
 * a step: `Use AgentSend to "ann" with content "Hello."`. Steps are taken one a turn, and their values are copied, for
 * a model this small neither keeps a list of things to do nor spells a value as it was given.
 */
import type { Message } from "../../agent/message.ts";
import { toolCalls } from "../../agent/message.ts";
import type { ToolSpec } from "../../agent/model.ts";
import { propertiesOf, requiredOf } from "./schema.ts";

export interface Step {
  readonly text: string;
  /** The tool with what the step gives: each of its values is the only one that is allowed. */
  readonly tool: ToolSpec;
}

export interface Plan {
  /** Takes the next message of the conversation. A person's ends the plan before it, a peer's only where it has steps. */
  hear(message: Message): void;
  /** The step that comes next. */
  readonly next: Step | undefined;
  /** What else was said, once there were steps and all are taken; it is left to be answered in words. */
  readonly rest: string | undefined;
}

/** The plan of a conversation: its last message with steps, and how many calls were made since. */
export function createPlan(tools: readonly ToolSpec[], conversation: readonly Message[] = []): Plan {
  let told: Told = { steps: [], rest: "" };
  let taken = 0;
  const plan: Plan = {
    hear(message) {
      if (message.type === "assistant") taken += toolCalls(message).length;
      if (message.type !== "user" && message.type !== "peer") return;
      const news = readSteps(message.text, tools);
      if (message.type === "peer" && news.steps.length === 0) return;
      told = news;
      taken = 0;
    },
    get next() {
      return told.steps[taken];
    },
    get rest() {
      return told.steps.length > 0 && taken >= told.steps.length ? told.rest : undefined;
    },
  };
  for (const message of conversation) plan.hear(message);
  return plan;
}

interface Told {
  readonly steps: readonly Step[];
  readonly rest: string;
}

/** The steps of a text in order, and its other sentences. Words in quotes are values and name nothing. */
export function readSteps(text: string, tools: readonly ToolSpec[]): Told {
  const steps: Step[] = [];
  const rest: string[] = [];
  for (const sentence of sentencesOf(text)) {
    const tool = toolIn(sentence, tools);
    if (tool) steps.push({ text: sentence, tool });
    else rest.push(sentence);
  }
  return { steps, rest: rest.join(" ") };
}

/** The one tool that the sentence names, with the values that it gives. */
function toolIn(sentence: string, tools: readonly ToolSpec[]): ToolSpec | undefined {
  const words = new Set(hideQuotes(sentence).match(/[\w-]+/g));
  const [tool, ...more] = tools.filter(({ name }) => words.has(name));
  return tool && more.length === 0 ? fill(tool, sentence) : undefined;
}

const quote = /"[^"]*"|“[^”]*”|`[^`]*`|(?<!\w)'.*?'(?!\w)/gs;
/** Stands for each character of a quote. */
const filler = "\0";

function hideQuotes(text: string): string {
  return text.replace(quote, (found) => filler.repeat(found.length));
}

/** A sentence may end in a quote that does. */
const end = /[.!?;](?=\s)|\n|\0(?=\s+\p{Lu})|$/gu;

function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let from = 0;
  for (const { index, 0: mark } of hideQuotes(text).matchAll(end)) {
    const to = index + mark.length;
    if (mark === filler && !/[.!?]["'`”]+$/.test(text.slice(from, to))) continue;
    sentences.push(text.slice(from, to).trim());
    from = to;
  }
  return sentences.filter(Boolean);
}

/** The tool limited to what the sentence gives; what it requires beside that the model writes. Undefined where no value is given. */
function fill(tool: ToolSpec, sentence: string): ToolSpec | undefined {
  const filled: Record<string, unknown> = {};
  let given = 0;
  for (const [name, of] of Object.entries(propertiesOf(tool))) {
    const value = valueIn(name, of, sentence);
    if (value !== undefined) given += 1;
    if (value !== undefined) filled[name] = { const: value };
    else if (requiredOf(tool).includes(name)) filled[name] = of;
  }
  if (given === 0) return undefined;
  return { ...tool, schema: { ...tool.schema, properties: filled, required: Object.keys(filled) } };
}

/** The value that stands behind a parameter's name: in quotes for a text, bare for a number, `true` and `false`. */
function valueIn(name: string, of: Readonly<Record<string, unknown>>, sentence: string): unknown {
  const bare = hideQuotes(sentence);
  for (const { index, 0: mention } of bare.matchAll(
    new RegExp(`\\b${RegExp.escape(name)}\\b\\s*(?:[:=]|is\\b)?\\s*`, "g"),
  )) {
    const rest = sentence.slice(index + mention.length);
    const value = bare[index + mention.length] === filler ? quoteAt(rest) : wordAt(rest);
    if (value !== undefined && fits(value, of)) return value;
  }
  return undefined;
}

function quoteAt(text: string): string | undefined {
  return text.match(quote)?.[0].slice(1, -1);
}

function wordAt(text: string): number | boolean | undefined {
  const word = /^(?:true|false|-?\d+(?:\.\d+)?)(?![\w.]*\w)/.exec(text)?.[0];
  return word === undefined ? undefined : JSON.parse(word);
}

function fits(value: unknown, { type, enum: allowed }: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(allowed)) return allowed.includes(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}
