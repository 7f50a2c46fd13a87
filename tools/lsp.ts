/** Asks the language servers of a project. */
import { existsSync } from "node:fs";
import { z } from "zod";
import type { Place } from "../agent/message.ts";
import { defineTool, exclusive, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { diagnose, diagnoseAll } from "./lsp/diagnose.ts";
import { LanguageServerError } from "./lsp/errors.ts";
import { Languages } from "./lsp/languages.ts";
import { callsOf, describe, placesOf, type SymbolPlace, symbolsIn, symbolsNamed } from "./lsp/lookups.ts";
import type { LspPool } from "./lsp/pool.ts";
import type { Diagnostic } from "./lsp/protocol.ts";
import { rename } from "./lsp/rename.ts";
import type { LanguageServer } from "./lsp/server.ts";
import {
  callLines,
  diagnosticLine,
  diagnosticPlace,
  outlineLine,
  placeLine,
  placeRow,
  type Shown,
  symbolLine,
  symbolRow,
} from "./lsp/show.ts";
import { spotOf } from "./lsp/spot.ts";
import description from "./lsp.md" with { type: "text" };
import { failure, fit, oneLine, plural } from "./output.ts";
import { canonicalPath, displayPath, resolvePath, suggestPaths } from "./path.ts";
import { placesCard } from "./places.ts";

const symbolOps = ["definition", "references", "implementation", "hover", "callers", "callees", "rename"] as const;
const ops = ["diagnostics", ...symbolOps, "symbols", "status", "restart"] as const;
type SymbolOp = (typeof symbolOps)[number];

/** What is done, for people. */
const does: Readonly<Record<(typeof ops)[number], string>> = {
  definition: "Find the definition of",
  references: "Find uses of",
  implementation: "Find implementations of",
  hover: "Describe",
  callers: "Find callers of",
  callees: "Find what is called by",
  rename: "Rename",
  diagnostics: "Check for errors",
  symbols: "List symbols of",
  status: "Look at the language servers",
  restart: "Restart the language server of",
};

const schema = z
  .strictObject({
    op: z.enum(ops),
    file_path: z.string().min(1).optional(),
    line: z.int().min(1).optional(),
    name: z.string().trim().min(1).max(200).optional(),
    occurrence: z.int().min(1).optional(),
    query: z.string().trim().min(1).max(200).optional(),
    new_name: z.string().trim().min(1).max(200).optional(),
    dry_run: z.boolean().optional(),
  })
  .superRefine((args, { addIssue }) => {
    const missing = (key: string) => addIssue({ code: "custom", path: [key], message: `${args.op} needs ${key}` });
    const isOfSymbol = symbolOps.some((op) => op === args.op);
    if ((isOfSymbol || args.op === "restart") && args.file_path === undefined) missing("file_path");
    if (isOfSymbol && args.name === undefined) missing("name");
    if (args.op === "rename" && args.new_name === undefined) missing("new_name");
    if (args.op === "symbols" && args.file_path === undefined && args.query === undefined) missing("query");
  });
type Args = z.output<typeof schema>;

/** A call as far as it is known what it is about. */
interface Asked {
  readonly args: Args;
  readonly pool: LspPool;
  readonly context: ToolContext;
  readonly shown: Shown;
}

/** Its servers are shared with all that have the same `languages`. */
export function lspTool(languages: Languages = new Languages()) {
  return defineTool({
    name: "LSP",
    description,
    schema,
    label: ({ op, name, query, file_path }) => oneLine(`${does[op]} ${name ?? query ?? file_path ?? ""}`.trim()),
    serializeKey: ({ op }) => (op === "rename" ? exclusive : undefined),
    maxResultChars: 0,
    async run(args, context) {
      const pool = await languages.open();
      const root = canonicalPath(context.workspace.root);
      const asked = { args, pool, context, shown: (path: string) => displayPath(path, { root }) };
      try {
        if (context.signal.aborted) return failure("The call was stopped.");
        return await answer(asked);
      } catch (error) {
        if (!(error instanceof LanguageServerError)) throw error;
        return failure(error.message);
      }
    },
  });
}

async function answer(asked: Asked): Promise<ToolOutput> {
  const { args } = asked;
  switch (args.op) {
    case "diagnostics":
      return args.file_path === undefined ? await allDiagnostics(asked) : await diagnosticsOf(args.file_path, asked);
    case "symbols":
      return args.file_path === undefined
        ? await projectSymbols(args.query ?? "", asked)
        : await outline(args.file_path, asked);
    case "status":
      return { text: await statusText(asked) };
    case "restart":
      return await restart(args.file_path ?? "", asked);
    default:
      return await aboutSymbol(args.op, asked);
  }
}

async function aboutSymbol(op: SymbolOp, asked: Asked): Promise<ToolOutput> {
  const { args, context, shown } = asked;
  const { line, name = "", occurrence, new_name: newName = "", dry_run: dryRun = false } = args;
  const { path, server } = await serverOf(args.file_path ?? "", asked);
  const spot = await spotOf(server, { path, line, name, occurrence }, context.signal);
  switch (op) {
    case "hover": {
      const text = await describe(server, spot, context.signal);
      return { text: listed([text || `${server.name} knows nothing of ${name}.`], asked) };
    }
    case "rename":
      return await rename(server, spot, { newName, dryRun }, context);
    case "callers":
    case "callees": {
      const calls = await callsOf(server, op, spot, context.signal);
      if (calls.length === 0) return none(`No ${op} of ${name} are known.`, server);
      return list(
        calls.flatMap((call) => callLines(call, shown)),
        calls.flatMap((call) => [symbolRow(call), ...call.from.map(placeRow)]),
        asked,
        plural(calls.length, op.slice(0, -1)),
      );
    }
    default: {
      const places = await placesOf(server, op, spot, context.signal);
      if (places.length === 0) return none(`No ${op} of ${name} is known.`, server);
      return list(
        places.map((place) => placeLine(place, shown)),
        places.map(placeRow),
        asked,
        plural(places.length, "place"),
      );
    }
  }
}

async function diagnosticsOf(named: string, asked: Asked): Promise<ToolOutput> {
  const { context, pool, shown } = asked;
  const { path, server } = await serverOf(named, asked);
  const document = await server.documents.sync(path);
  if (!document) return failure(`${path} cannot be read as text.`);
  const options = { signal: context.signal, timeoutMs: pool.times.requestMs };
  const found = await diagnose(server, document, options);
  if (found.length === 0) return none(`${server.name} finds nothing wrong with ${shown(path)}.`, server);
  return list(
    sorted(found).map((each) => diagnosticLine(each, shown(path))),
    sorted(found).map((each) => diagnosticPlace(each, path)),
    asked,
    plural(found.length, "diagnostic"),
  );
}

async function allDiagnostics(asked: Asked): Promise<ToolOutput> {
  const { context, pool, shown } = asked;
  const servers = pool.readyIn(context.workspace);
  if (servers.length === 0) return failure("No language server runs yet; ask about a file first.");
  const lines: string[] = [];
  const rows: Place[] = [];
  let files = 0;
  for (const server of servers) {
    await server.refresh(context.signal);
    const known = await diagnoseAll(server, { signal: context.signal, timeoutMs: pool.times.requestMs });
    for (const [path, found] of [...known].sort(([a], [b]) => (a < b ? -1 : 1))) {
      files++;
      lines.push(...sorted(found).map((each) => diagnosticLine(each, shown(path))));
      rows.push(...sorted(found).map((each) => diagnosticPlace(each, path)));
    }
  }
  const among = `in ${plural(files, "file")} known so far`;
  if (lines.length === 0) return { text: `Nothing is wrong ${among}.` };
  return list(lines, rows, asked, `${plural(lines.length, "diagnostic")} ${among}`);
}

/** Errors first, then by line. */
function sorted(found: readonly Diagnostic[]): Diagnostic[] {
  return found.toSorted((a, b) => (a.severity ?? 1) - (b.severity ?? 1) || a.range.start.line - b.range.start.line);
}

async function projectSymbols(query: string, asked: Asked): Promise<ToolOutput> {
  const { context, pool, shown } = asked;
  const servers = pool.readyIn(context.workspace);
  if (servers.length === 0) return failure("No language server runs yet; ask about a file first.");
  const found: SymbolPlace[] = [];
  for (const server of servers) {
    await server.refresh(context.signal);
    found.push(...(await symbolsNamed(server, query, context.signal)));
  }
  if (found.length === 0) return { text: `No symbol of the project fits ${oneLine(query)}.` };
  const lines = found.map((symbol) => symbolLine(symbol, shown));
  return list(lines, found.map(symbolRow), asked, plural(lines.length, "symbol"));
}

async function outline(named: string, asked: Asked): Promise<ToolOutput> {
  const { path, server } = await serverOf(named, asked);
  const document = await server.documents.sync(path);
  if (!document) return failure(`${path} cannot be read as text.`);
  const symbols = await symbolsIn(server, document, asked.context.signal);
  if (symbols.length === 0) return none(`There are no symbols in ${asked.shown(path)}.`, server);
  const head = `${plural(symbols.length, "symbol")} in ${asked.shown(path)}`;
  return list(symbols.map(outlineLine), symbols.map(symbolRow), asked, head);
}

async function statusText({ pool, context, shown }: Asked): Promise<string> {
  const lines = pool.servers.map((server) => {
    const doing = server.isReady ? (server.work.current ?? "ready") : "starting";
    return `${server.name} for ${shown(server.found.root)}: ${doing}, ${plural(server.documents.list().length, "open file")}`;
  });
  return [...(lines.length > 0 ? lines : ["No language server runs."]), ...(await pool.notes(context.workspace))].join(
    "\n",
  );
}

async function restart(named: string, asked: Asked): Promise<ToolOutput> {
  const path = existing(named, asked);
  const found = await asked.pool.find(path, asked.context.workspace);
  if (found) await asked.pool.restart(found);
  const { server } = await serverOf(named, asked);
  return { text: `${server.name} runs anew for ${asked.shown(server.found.root)}.` };
}

async function serverOf(named: string, asked: Asked): Promise<{ path: string; server: LanguageServer }> {
  const { pool, context } = asked;
  const path = existing(named, asked);
  const tell = (text: string) => context.progress({ type: "status", text });
  return { path, server: await pool.ask(path, context.workspace, { signal: context.signal, tell }) };
}

function existing(named: string, { context: { workspace } }: Asked): string {
  const path = resolvePath(named, workspace);
  const isThere = !path.includes("\0") && existsSync(path);
  if (!isThere) throw new LanguageServerError(`${path} does not exist. ${suggestPaths(path)}`.trim());
  return canonicalPath(path);
}

/** Says too where the server may know more later. */
function none(text: string, server: LanguageServer): ToolOutput {
  const { current } = server.work;
  return { text: current === undefined ? text : `${text} It is still at work (${current}); ask again later.` };
}

function list(lines: readonly string[], rows: readonly Place[], asked: Asked, head: string): ToolOutput {
  const once = new Map(rows.map((row) => [JSON.stringify(row), row]));
  return { text: `${head}\n${listed(lines, asked)}`, details: placesCard([...once.values()]) };
}

function listed(lines: readonly string[], { context }: Asked): string {
  const once = [...new Set(lines)];
  const { text, count, omittedBytes } = fit(once, context.countTokens);
  const left = once.length - count;
  const more = left > 0 ? `\n[${left} more lines are not shown.]` : "";
  const cut = omittedBytes > 0 ? `\n[${plural(omittedBytes, "byte")} more are not shown.]` : "";
  return `${text}${more}${cut}`;
}
