/** What calls of the tools that read the index have in common: their limits, their news, and what they say of the index. */
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { failure, plural } from "../output.ts";
import { resolvePath, suggestPaths } from "../path.ts";
import type { Survey } from "./index-files.ts";
import { directoryAt, type OpenIndex, type Projects } from "./project.ts";

/** Longest time for parsing in one call, in ms; the next call goes on where it ended. */
const limitMs = 90_000;
const lookMs = 15_000;
/** Most files that are looked at. */
const maxFiles = 100_000;
const newsEachMs = 250;

/** Brings the index of a directory up to date and works with it; what keeps it from that is a failure in a sentence. */
export async function withIndex(
  projects: Projects,
  directory: string,
  context: ToolContext,
  work: (index: OpenIndex) => Promise<ToolOutput>,
): Promise<ToolOutput> {
  const { signal } = context;
  let newsAt = performance.now() + newsEachMs;
  const onProgress = (done: number, total: number) => {
    if (performance.now() < newsAt) return;
    newsAt = performance.now() + newsEachMs;
    context.progress({ type: "status", text: `Read ${count(done)} of ${plural(total, "changed file")}` });
  };
  try {
    return await projects.use(directory, { signal, onProgress, limitMs, lookMs, maxFiles }, work);
  } catch (error) {
    if (signal.aborted) return failure("Stopped; what was read so far is kept for the next call.");
    throw error;
  }
}

/** The directory that a call names, or why there is none. */
export function namedDirectory(path: string, context: ToolContext): { readonly directory: string } | ToolOutput {
  const absolute = resolvePath(path, context.workspace);
  const found = directoryAt(absolute);
  if (found === "missing") return failure(`${absolute} does not exist. ${suggestPaths(absolute)}`.trim());
  return found === "a file" ? failure(`${absolute} is a file, not a directory.`) : found;
}

export const count = (value: number) => value.toLocaleString("en-US");

/** What was not looked at, in sentences; empty where nothing was left out. */
export function leftOut({ skipped, waiting, cutAt }: Survey): string {
  const reasons = [...skipped].sort(([, a], [, b]) => b - a).map(([reason, files]) => `${count(files)} ${reason}`);
  const parts = [
    reasons.length > 0 ? `Passed over: ${reasons.join(", ")}.` : "",
    waiting > 0 ? `There was no time for ${plural(waiting, "file")}; call again to go on.` : "",
    cutAt === undefined ? "" : `Only the first ${plural(cutAt, "file")} were looked at; name a smaller path.`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
