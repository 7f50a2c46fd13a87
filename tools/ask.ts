/** Ask: a question to the person. */
import { z } from "zod";
import type { Answer, Ask } from "../agent/ask.ts";
import { SagentError } from "../agent/error.ts";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import description from "./ask.md" with { type: "text" };
import { failure, oneLine } from "./output.ts";

const schema = z.strictObject({
  question: z.string().min(1),
  choices: z.array(z.string().min(1)).min(2).max(6).optional(),
  multiple: z.boolean().optional(),
});
type Args = z.output<typeof schema>;

export const askTool = defineTool({
  name: "Ask",
  description: description.trim(),
  schema,
  label: ({ question }) => `Ask: ${oneLine(question)}`,
  run,
});

async function run(args: Args, { ask, signal }: ToolContext): Promise<ToolOutput> {
  if (!ask) return failure("Nobody is there to answer. Decide yourself, and say what you assumed.");
  if (signal.aborted) return failure("The call was stopped before anything was asked.");
  try {
    return { text: wordsOf(await ask(questionOf(args))) };
  } catch (error) {
    if (error instanceof SagentError) return failure(error.message);
    throw error;
  }
}

function questionOf({ question, choices = [], multiple = false }: Args): Ask {
  const labels = [...new Set(choices)];
  return {
    type: "question",
    text: question,
    choices: labels.map((label) => ({ label })),
    allowText: true,
    multiple: multiple && labels.length > 1,
  };
}

function wordsOf(answer: Answer): string {
  switch (answer.type) {
    case "choice":
      return [...answer.labels, ...(answer.text ? [`They add: ${answer.text}`] : [])].join("\n");
    case "text":
      return answer.text;
    case "allow":
      return "Yes.";
    case "deny":
      return answer.reason ? `No: ${answer.reason}` : "No.";
  }
}
