/** Todo: the plan of longer work, as the person sees it. */
import { z } from "zod";
import { defineTool, type ToolOutput } from "../agent/tool.ts";
import { failure, oneLine } from "./output.ts";
import description from "./todo.md" with { type: "text" };

const statuses = ["pending", "in_progress", "completed"] as const;

const schema = z.strictObject({
  todos: z.array(z.strictObject({ content: z.string().trim().min(1).max(300), status: z.enum(statuses) })).max(50),
});
type Args = z.output<typeof schema>;
type Step = Args["todos"][number];

/** Shown by the page from the details `{ type: "custom", name: "plan", data: Step[] }`. */
export const todoTool = defineTool({
  name: "Todo",
  description: description.trim(),
  schema,
  background: false,
  lasting: ({ todos }) => {
    if (todos.every(({ status }) => status === "completed")) return undefined;
    return ["The plan as Todo last had it:", ...todos.map(({ content, status }) => `- ${status}: ${content}`)].join(
      "\n",
    );
  },
  label: ({ todos }) => oneLine(`Plan: ${progress(todos)}`),
  run({ todos }, { signal }): ToolOutput {
    if (signal.aborted) return failure("The call was stopped; the plan is as it was.");
    const text = todos.length === 0 ? "The plan is empty." : `Noted: ${progress(todos)}.`;
    return { text, details: { type: "custom", name: "plan", data: todos.map((step) => ({ ...step })) } };
  },
});

/** `2 of 5 done, now: Write the tests`. */
function progress(todos: readonly Step[]): string {
  const done = todos.filter(({ status }) => status === "completed").length;
  const now = todos.filter(({ status }) => status === "in_progress").map(({ content }) => content);
  return `${done} of ${todos.length} done${now.length > 0 ? `, now: ${now.join("; ")}` : ""}`;
}
