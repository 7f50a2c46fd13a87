/** What the reading program found, as a result: whole units within the tokens of one, and how to go on. */
import { basename } from "node:path";
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { programBeside, runTask, type TaskContext, type TaskEnd } from "../child.ts";
import { fit, plural } from "../output.ts";
import type { PageReading, Reading, ReadRequest } from "./request.ts";

const program = programBeside(import.meta, "reader");
const timeoutMs = 60_000;

/** Runs the program on a file; what kept it from an answer is a sentence about `name`. */
export async function askReader(name: string, request: ReadRequest, context: TaskContext): Promise<Reading | string> {
  const end = await runTask({ entry: program, request, timeoutMs }, context);
  return end.type === "answer" ? readingOf(end) : whyNot(name, end);
}

/** It is our own program that wrote it. */
function readingOf({ answer }: TaskEnd & { readonly type: "answer" }): Reading {
  return answer as Reading;
}

function whyNot(name: string, end: Exclude<TaskEnd, { readonly type: "answer" }>): string {
  switch (end.type) {
    case "aborted":
      return `Reading ${name} was stopped.`;
    case "timeout":
      return `Reading ${name} took longer than ${timeoutMs / 1000} s and was stopped. Ask for a part of it, or use Bash.`;
    case "memory":
      return `Reading ${name} took too much memory and was stopped. Ask for a part of it, or use Bash.`;
    case "crashed":
      return `${name} could not be read: the reading program failed (${end.words || "no reason given"}).`;
  }
}

/** Lines of a document, numbered only in the note that says how to go on. */
export function showLines(
  name: string,
  reading: Reading & { readonly type: "lines" },
  pages: string | undefined,
  { countTokens }: ToolContext,
): ToolOutput {
  const { lines, first, total, sections, pictures } = reading;
  if (lines.length === 0) return { text: `${name} has no text.` };
  const { text, count, omittedBytes } = fit(lines, countTokens);
  const last = first + count - 1;
  const notes: string[] = [];
  if (omittedBytes > 0) notes.push(`Line ${last} is cut; ${omittedBytes.toLocaleString("en")} bytes are left out.`);
  if (last < total) {
    const at = sections.findLast(({ line }) => line <= last);
    const where = sections.length > 1 && at ? `, as far as ${at.name}` : "";
    const same = pages === undefined ? "" : `pages=${JSON.stringify(pages)}, `;
    notes.push(`Lines ${first}-${last} of ${total}${where}. Go on with ${same}offset=${last + 1}.`);
  }
  const attachments = pictures.map(({ mime, data }, index) => ({
    mime,
    data,
    name: `${basename(name)} image ${index + 1}`,
  }));
  return {
    text: notes.length === 0 ? text : `${text}\n[${notes.join(" ")}]`,
    ...(attachments.length > 0 && { attachments }),
  };
}

/** Pages with their text or as images, whole ones only. */
export function showPages(
  name: string,
  { pages, total, wanted }: Reading & { readonly type: "pages" },
  args: { readonly as?: string | undefined },
  { countTokens }: ToolContext,
): ToolOutput {
  const units = pages.map((page) => pageText(page, total));
  const { text, count, omittedBytes } = fit(units, countTokens);
  const shown = pages.slice(0, count);
  const attachments = shown.flatMap(({ number, image }) =>
    image === undefined ? [] : [{ mime: "image/jpeg", data: image, name: `${basename(name)} page ${number}` }],
  );
  const last = shown.at(-1)?.number ?? 0;
  const notes: string[] = [];
  if (omittedBytes > 0) notes.push(`Page ${last} is cut; ${omittedBytes.toLocaleString("en")} bytes are left out.`);
  if (last < wanted) notes.push(`Pages ${shown[0]?.number}-${last} of ${total}; more did not fit.`);
  else if (last < total) notes.push(`Pages ${shown[0]?.number}-${last} of ${total}.`);
  if (last < wanted || (last < total && pages[0]?.number === 1)) {
    const to = last < wanted ? wanted : Math.min(total, last + 10);
    const as = args.as === undefined ? "" : `, as=${JSON.stringify(args.as)}`;
    notes.push(`Go on with pages="${last + 1 === to ? to : `${last + 1}-${to}`}"${as}.`);
  }
  return {
    text: notes.length === 0 ? text : `${text}\n[${notes.join(" ")}]`,
    ...(attachments.length > 0 && { attachments }),
  };
}

function pageText({ number, text, image }: PageReading, total: number): string {
  const head = `--- page ${number} of ${total} ---`;
  if (image !== undefined) return [head, "[attached as an image]", ...(text ? [text] : [])].join("\n");
  return `${head}\n${text || "[no text]"}`;
}

/** What a binary file is, and its first bytes. */
export function showBinary(path: string, size: number, head: Uint8Array, guess: string | undefined): string {
  const rows = Array.from({ length: Math.ceil(Math.min(head.length, 64) / 16) }, (_, row) => {
    const bytes = [...head.subarray(row * 16, Math.min(64, row * 16 + 16))];
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = bytes.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    return `${(row * 16).toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${text}`;
  });
  const what = guess === undefined ? "" : ` It looks like ${guess}.`;
  return `${path} is a binary file (${plural(size, "byte")}).${what} Look into it with Bash, e.g. file or xxd.\n${rows.join("\n")}`;
}
