/** Job: the agent's own running calls. */
import { z } from "zod";
import type { JobPort, JobReport } from "../agent/fleet-port.ts";
import type { CallId } from "../agent/message.ts";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import description from "./job.md" with { type: "text" };
import { failure, oneLine } from "./output.ts";

const schema = z.strictObject({
  operation: z.enum(["list", "output", "cancel", "foreground"]),
  id: z.string().optional().describe("e.g. c12"),
});
type Args = z.output<typeof schema>;

export const jobTool = defineTool({
  name: "Job",
  description: description.trim(),
  schema,
  background: false,
  label: ({ operation, id }) => `Job ${operation}${id === undefined ? "" : ` ${oneLine(id, 20)}`}`,
  run,
});

function run({ operation, id }: Args, { callId, jobs, signal }: ToolContext): ToolOutput {
  if (!jobs) return failure("This agent keeps no list of its running calls.");
  if (signal.aborted) return failure("The call was stopped before anything was done.");
  const running = jobs.list().filter(({ call }) => call !== callId);
  if (operation === "list") return { text: running.map(row).join("\n") || "Nothing else runs." };
  const job = running.find(({ call }) => call === id);
  if (job) return operate(operation, job.call, jobs);
  const known = running.map(({ call }) => call).join(", ") || "none";
  return failure(`${id === undefined ? "No id was given" : `No call "${oneLine(id, 20)}" runs`}. Running: ${known}.`);
}

function operate(operation: Exclude<Args["operation"], "list">, call: CallId, jobs: JobPort): ToolOutput {
  switch (operation) {
    case "output":
      return { text: jobs.output(call) || `${call} has put out nothing so far.` };
    case "cancel":
      return jobs.cancel(call) ? { text: `${call} is stopped.` } : failure(`${call} has ended already.`);
    case "foreground":
      return jobs.foreground(call)
        ? { text: `Your next turn waits for ${call}.` }
        : failure(`${call} cannot be waited for.`);
  }
}

function row({ call, label, background, runningMs }: JobReport): string {
  return `${call} ${label}: for ${(runningMs / 1_000).toFixed(1)} s${background ? ", in the background" : ""}`;
}
