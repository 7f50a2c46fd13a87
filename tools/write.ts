/** Writes a whole file. */
import { z } from "zod";
import type { Hunk } from "../agent/message.ts";
import { defineTool, type ReadRecord, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import {
  changeFile,
  decodeText,
  type FileState,
  isStale,
  notAFile,
  readState,
  recordWrite,
  staleFile,
  writeAtomic,
} from "./files.ts";
import { diffTexts } from "./hunks.ts";
import { failure, oneLine, plural } from "./output.ts";
import { canonicalPath, displayPath, resolvePath } from "./path.ts";
import description from "./write.md" with { type: "text" };

const schema = z.strictObject({ file_path: z.string().min(1), content: z.string() });
type Args = z.output<typeof schema>;

export const writeTool = defineTool({
  name: "Write",
  description,
  schema,
  label: (args) => oneLine(`Write ${args.file_path}`),
  serializeKey: (args, workspace) => canonicalPath(resolvePath(args.file_path, workspace)),
  async run(args, context) {
    const path = resolvePath(args.file_path, context.workspace);
    return changeFile("write", path, (canonical) => replaceFile(path, canonical, args, context));
  },
});

async function replaceFile(path: string, canonical: string, args: Args, context: ToolContext): Promise<ToolOutput> {
  const { workspace, signal } = context;
  const old = await readState(canonical);
  const refused = old && refuse(path, old, workspace.reads.get(canonical));
  if (refused !== undefined) return failure(refused);
  if (signal.aborted) return failure(`Writing ${path} was stopped; nothing was changed.`);
  const bytes = Buffer.from(args.content);
  if (!old?.bytes.equals(bytes))
    await writeAtomic(canonical, bytes, { old: old?.stats, writeRoots: workspace.writeRoots });
  await recordWrite(canonical, bytes, workspace);
  const shown = displayPath(path, workspace);
  const done = `${old ? "Replaced" : "Created"} ${shown}: ${plural(bytes.length, "byte")}.`;
  const hunks = await hunksSince(old, args.content);
  return { text: done, details: { type: "diff", path, created: old === undefined, hunks } };
}

function refuse(path: string, old: FileState, seen: ReadRecord | undefined): string | undefined {
  if (!old.stats.isFile()) return notAFile(path, old.stats);
  if (seen === undefined)
    return `${path} exists and you have not read it. Read it first, then write it; nothing was changed.`;
  return isStale(seen, old) ? staleFile(path) : undefined;
}

/** No hunks where the old content was not text. */
async function hunksSince(old: FileState | undefined, content: string): Promise<Hunk[]> {
  const before = old ? decodeText(old.bytes) : "";
  return before === undefined ? [] : diffTexts(before, content);
}
