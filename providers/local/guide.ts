/**
 * How a model whose template knows no tools is brought to use them. It is told of each tool in one line and shown a few
 * example turns; whether it calls is decided by its own odds of opening a call, with a prior for what the question
 * names; and a path is copied from the question rather than spelled anew, which models this small get wrong.
 */
import type { Message, ToolResultMessage } from "../../agent/message.ts";
import type { ToolSpec } from "../../agent/model.ts";
import { type CallForm, jsonObject } from "./grammar.ts";
import type { Plan } from "./plan.ts";
import { isPath, pathsIn, propertiesOf, requiredOf, spaced } from "./schema.ts";
import type { ChatTurn } from "./template.ts";

/** The call of a model that has no form of its own: one line of JSON. */
export const jsonCall: CallForm = { ...jsonObject, mark: '{"tool"', atLine: true, open: '{"tool": "', close: "" };

/** The tool with what it needs and the paths it takes; a small model only gets lost in the rest. */
export function compactTool(tool: ToolSpec): ToolSpec {
  const required = requiredOf(tool);
  const kept = Object.entries(propertiesOf(tool)).filter(([name, of]) => required.includes(name) || isPath(name, of));
  return {
    name: tool.name,
    description: firstSentence(tool.description),
    schema: { ...tool.schema, properties: Object.fromEntries(kept) },
  };
}

/** What the system text says of the tools, each in a line. */
export function describeTools(tools: readonly ToolSpec[]): string {
  const lines = tools.map((tool) => {
    const required = requiredOf(tool);
    const names = Object.keys(propertiesOf(tool)).map((name) => (required.includes(name) ? name : `${name}?`));
    return `- ${tool.name}(${names.join(", ")}): ${tool.description}`;
  });
  return `You cannot see files until you use a tool. To use one, answer with one line of JSON:\n{"tool": "Name", "arguments": {…}}\nTools:\n${lines.join("\n")}`;
}

/** How a call and its result read in the conversation. */
export function writeCall(name: string, args: unknown): string {
  return `${jsonCall.open}${name}", "arguments": ${spaced(args)}}`;
}

export function writeResult(result: Pick<ToolResultMessage, "name" | "text" | "isError">): string {
  return `Result of ${result.name}:\n\n${result.isError ? "[Error] " : ""}${result.text}`;
}

/** What stands behind the results: the next step, or the question once more, for what comes last is what a small model holds on to. */
export function remind(question: string, { next, rest = question }: Pick<Plan, "next" | "rest"> = noPlan): string {
  if (next) return `Next: ${next.text}`;
  if (!rest) return "That was all. Say so in one short sentence.";
  const again = rest.length <= maxReminder ? `${rest} ` : "";
  return `${again}Answer in one sentence from the text above.`;
}

const noPlan = { next: undefined, rest: undefined };

/** In characters; a longer message is too much to repeat. */
const maxReminder = 400;

/**
 * Turns that show a call, its result and the answer taken from it, and then an answer from memory: what stands last is
 * copied most, and this one has no words to copy.
 */
export function exampleTurns(tools: readonly ToolSpec[]): ChatTurn[] {
  const plain = [say("user", "What is the capital of France?"), say("assistant", "The capital is Paris.")];
  const tool = tools.find(takesOnlyPath);
  if (!tool) return plain;
  const question = "What does shop.txt say about the price?";
  const text = "1\tWelcome to the shop.\n2\tThe price is 20 euros.\n3\tDelivery takes a week.";
  const result = writeResult({ name: tool.name, text, isError: false });
  return [
    say("user", question),
    say("assistant", writeCall(tool.name, { [requiredOf(tool)[0] ?? ""]: "shop.txt" })),
    say("user", `${result}\n\n${remind(question)}`),
    say("assistant", "The price is 20 euros."),
    ...plain,
  ];
}

function say(role: ChatTurn["role"], content: string): ChatTurn {
  return { role, content };
}

function takesOnlyPath(tool: ToolSpec): boolean {
  const [name, ...more] = requiredOf(tool);
  const of = name === undefined ? undefined : propertiesOf(tool)[name];
  return name !== undefined && of !== undefined && more.length === 0 && isPath(name, of);
}

/**
 * What is added to the log-odds of opening a call before they are compared with those of the likeliest other word. A
 * question that names a path, or a tool that needs little, is taken to want a call unless the model is far from it; what
 * else there is must be nearly as likely as words. Measured on SmolLM2-135M, see docs/local-models.md.
 */
export function callPrior(messages: readonly Message[], tools: readonly ToolSpec[]): number {
  const last = messages.at(-1);
  if (last?.type !== "user" && last?.type !== "peer") return 0;
  const named = toolsNamed(tools, last.text).some((tool) => requiredOf(tool).length <= 1);
  return named || pathsIn(last.text).length ? toldPrior : 1.5;
}

/** For what the question plainly asks for. */
export const toldPrior = 9;

/** The tools that a question may mean: those it names; else those that need a file, if it names one; else all. */
export function likelyTools(tools: readonly ToolSpec[], question: string): readonly ToolSpec[] {
  const named = toolsNamed(tools, question);
  if (named.length || !pathsIn(question).some((path) => /\.\w+$/.test(path))) return named.length ? named : tools;
  const takers = tools.filter((tool) => requiredOf(tool).some((name) => /file/i.test(name)));
  return takers.length ? takers : tools;
}

/** Those whose name stands in the text as a word, in any case. */
function toolsNamed(tools: readonly ToolSpec[], text: string): readonly ToolSpec[] {
  const words = new Set(text.toLowerCase().match(/[\w-]+/g));
  return tools.filter(({ name }) => words.has(name.toLowerCase()));
}

/** The tools with their path parameters limited to these paths. */
export function limitPaths(tools: readonly ToolSpec[], paths: readonly string[]): readonly ToolSpec[] {
  if (!paths.length) return tools;
  return tools.map((tool) => {
    const limited = Object.entries(propertiesOf(tool)).map(([name, of]) => [
      name,
      isPath(name, of) ? { type: "string", enum: paths } : of,
    ]);
    return { ...tool, schema: { ...tool.schema, properties: Object.fromEntries(limited) } };
  });
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text.trim())?.[0].replace(/\s+/g, " ") ?? text.trim();
}
