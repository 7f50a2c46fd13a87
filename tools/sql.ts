/** Queries databases in files, read-only, in a child process that a runaway query cannot outlive. */
import { open, stat } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { runTask } from "./child.ts";
import { errorCode, fileProblem, notAFile } from "./files.ts";
import { sayLate } from "./late.ts";
import { failure, fit, oneLine, plural, sliceWhole } from "./output.ts";
import { canonicalPath, resolvePath, suggestPaths } from "./path.ts";
import { kindOf } from "./read/kind.ts";
import { ToolSettings } from "./settings.ts";
import { querier } from "./sql/program.ts";
import type { Answer, Engine, SqlRequest } from "./sql/request.ts";
import description from "./sql.md" with { type: "text" };

const schema = z.strictObject({
  file: z.string().min(1),
  query: z.string().min(1).max(100_000).optional(),
  params: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .max(1_000)
    .optional(),
  limit: z.int().min(1).max(10_000).optional(),
});
type Args = z.output<typeof schema>;

const defaultLimit = 100;
/** Most that a person is shown as a table. */
const [cardRows, cardCellChars, cardChars] = [200, 300, 60_000];

export function sqlTool({ settings = new ToolSettings() }: { readonly settings?: ToolSettings | undefined } = {}) {
  return defineTool({
    name: "Sql",
    description,
    schema,
    maxResultChars: 0,
    label: ({ file, query }) => oneLine(query === undefined ? `Schema of ${file}` : `Query ${file}: ${query}`),
    async run(args, context) {
      const path = resolvePath(args.file, context.workspace);
      try {
        return await query(path, args, settings.get("Sql", "timeoutMs"), context);
      } catch (error) {
        const hint = errorCode(error) === "ENOENT" ? suggestPaths(path) : "";
        return failure(`${fileProblem("read", path, error)} ${hint}`.trim());
      }
    },
  });
}

async function query(path: string, args: Args, timeoutMs: number, context: ToolContext): Promise<ToolOutput> {
  const stats = await stat(path);
  if (!stats.isFile()) return failure(notAFile(path, stats));
  if (stats.size === 0) return failure(`${path} is empty; it is no database yet.`);
  const engine = await engineOf(path);
  if (engine === undefined) return failure(`${path} is no database of a kind that is known here.`);
  const { query, params = [], limit = defaultLimit } = args;
  const request: SqlRequest = { engine, path: canonicalPath(path), query, params, limit };
  using _ = sayLate(context, "The query is under way");
  const end = await runTask({ entry: querier, request, timeoutMs }, context);
  switch (end.type) {
    case "answer":
      return show(path, end.answer as Answer, context);
    case "aborted":
      return failure("The query was stopped.");
    case "timeout":
      return failure(
        `The query took longer than ${timeoutMs / 1000} s and was stopped. Narrow it, e.g. with WHERE or LIMIT.`,
      );
    case "memory":
      return failure("The query took too much memory and was stopped. Narrow it, e.g. with WHERE or LIMIT.");
    case "crashed":
      return failure(`The query could not be run: the querying program failed (${end.words || "no reason given"}).`);
  }
}

/** By the first bytes; plain text by its name. */
async function engineOf(path: string): Promise<Engine | undefined> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8192), 0, 8192, 0);
  const kind = kindOf(path, buffer.subarray(0, bytesRead));
  if (kind === "sqlite" || kind === "duckdb" || kind === "parquet") return kind;
  if (kind !== "text" && kind !== "gzip" && kind !== "zstd") return undefined;
  const name = path.replace(/\.(gz|zst)$/i, "");
  if (/\.(csv|tsv)$/i.test(name)) return "csv";
  return /\.(json|jsonl|ndjson)$/i.test(name) ? "json" : undefined;
}

function show(path: string, answer: Answer, { countTokens }: ToolContext): ToolOutput {
  if (answer.type === "problem") return failure(answer.text);
  const { columns, rows, more, note } = answer;
  const units = [...(columns.length > 0 ? [columns.join("\t")] : []), ...rows.map((row) => row.join("\t"))];
  const { text, count, omittedBytes } = fit(units, countTokens);
  const shown = Math.max(0, count - (columns.length > 0 ? 1 : 0));
  const notes = [...(note === undefined ? [] : [note])];
  if (omittedBytes > 0) notes.push(`The last row is cut; ${omittedBytes.toLocaleString("en")} bytes are left out.`);
  if (answer.type === "schema") {
    if (shown < rows.length) notes.push("The rest of the schema did not fit; query sqlite_schema for it.");
    return { text: [text || `${path} has no tables.`, ...bracketed(notes)].join("\n") };
  }
  if (columns.length === 0) return { text: ["Done; there is no result.", ...bracketed(notes)].join("\n") };
  if (more || shown < rows.length) {
    notes.unshift(
      `The first ${plural(shown, "row")}; there are more. Narrow the query, or go on with LIMIT and OFFSET in it.`,
    );
  } else notes.unshift(plural(rows.length, "row"));
  const data = { columns: [...columns], rows: rowsForCard(rows), note: notes.join(" ") };
  return { text: [text, ...bracketed(notes)].join("\n"), details: { type: "custom", name: "table", data } };
}

/** Cells are cut for it, so that events stay small. */
function rowsForCard(rows: readonly (readonly string[])[]): string[][] {
  let left = cardChars;
  const kept: string[][] = [];
  for (const row of rows.slice(0, cardRows)) {
    const cells = row.map((cell) => (cell.length > cardCellChars ? `${sliceWhole(cell, cardCellChars)}…` : cell));
    left -= cells.join("").length;
    if (left < 0) break;
    kept.push(cells);
  }
  return kept;
}

const bracketed = (notes: readonly string[]) => (notes.length === 0 ? [] : [`[${notes.join(" ")}]`]);
