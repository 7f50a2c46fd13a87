/**
 * What language servers say, as far as it is used here, checked as it comes: Language Server Protocol 3.17.
 * Lines and characters count from 0; what a character is was agreed on at the start.
 */
import { z } from "zod";

const position = z.object({ line: z.int().nonnegative(), character: z.int().nonnegative() });
const range = z.object({ start: position, end: position });
export type Position = z.infer<typeof position>;
export type Range = z.infer<typeof range>;

// --- The start --------------------------------------------------------------------------------------------------------

export const encodings = ["utf-16", "utf-8", "utf-32"] as const;
export type Encoding = (typeof encodings)[number];

const provider = z.union([z.boolean(), z.looseObject({})]).nullish();
const capabilities = z.object({
  positionEncoding: z.enum(encodings).nullish(),
  textDocumentSync: z.union([z.int(), z.object({ change: z.int().nullish(), save: z.unknown() })]).nullish(),
  definitionProvider: provider,
  referencesProvider: provider,
  hoverProvider: provider,
  implementationProvider: provider,
  documentSymbolProvider: provider,
  workspaceSymbolProvider: provider,
  callHierarchyProvider: provider,
  renameProvider: provider,
  diagnosticProvider: z.object({ workspaceDiagnostics: z.boolean().nullish() }).nullish(),
});
export type Capabilities = z.infer<typeof capabilities>;
export const initializeSchema = z.object({ capabilities });

// --- Places and symbols -----------------------------------------------------------------------------------------------

const location = z.object({ uri: z.string(), range });
const link = z.object({ targetUri: z.string(), targetSelectionRange: range });
export type Location = z.infer<typeof location>;

/** One place, several, or none; links become the places they lead to. */
export const locationsSchema = z
  .union([location, z.array(z.union([location, link])), z.null()])
  .transform((found): Location[] => {
    if (found === null) return [];
    const all = Array.isArray(found) ? found : [found];
    return all.map((each) => ("uri" in each ? each : { uri: each.targetUri, range: each.targetSelectionRange }));
  });

export interface DocumentSymbol {
  readonly name: string;
  readonly kind: number;
  readonly range: Range;
  readonly selectionRange: Range;
  readonly children?: readonly DocumentSymbol[] | null | undefined;
}

const documentSymbol: z.ZodType<DocumentSymbol> = z.object({
  name: z.string(),
  kind: z.int(),
  range,
  selectionRange: range,
  get children() {
    return z.array(documentSymbol).nullish();
  },
});

/** A place without a range is a file that the server would look into if asked. */
const symbol = z.object({
  name: z.string(),
  kind: z.int(),
  containerName: z.string().nullish(),
  location: z.object({ uri: z.string(), range: range.optional() }),
});
export type SymbolInformation = z.infer<typeof symbol>;

export const documentSymbolsSchema = z
  .union([z.array(documentSymbol), z.array(symbol), z.null()])
  .transform((found) => found ?? []);
export const workspaceSymbolsSchema = z.union([z.array(symbol), z.null()]).transform((found) => found ?? []);

/** Names of `SymbolKind`, from 1. */
const kinds =
  "file module namespace package class method property field constructor enum interface function variable constant string number boolean array object key null enum-member struct event operator type-parameter".split(
    " ",
  );
export const symbolKind = (kind: number) => kinds[kind - 1] ?? "symbol";

// --- Hover, calls, diagnostics, edits -----------------------------------------------------------------------------------

const marked = z.union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)]);
export const hoverSchema = z
  .object({ contents: z.union([marked, z.array(marked).transform((parts) => parts.join("\n\n"))]) })
  .nullable()
  .transform((hover) => hover?.contents.trim() ?? "");

/** Kept whole, for it goes back to the server as it came. */
const callItem = z.looseObject({ name: z.string(), kind: z.int(), uri: z.string(), selectionRange: range });
export type CallItem = z.infer<typeof callItem>;
export const callItemsSchema = z
  .array(callItem)
  .nullable()
  .transform((items) => items ?? []);
export const callersSchema = z
  .array(z.object({ from: callItem, fromRanges: z.array(range) }))
  .nullable()
  .transform((calls) => calls ?? []);
export const calleesSchema = z
  .array(z.object({ to: callItem, fromRanges: z.array(range) }))
  .nullable()
  .transform((calls) => calls ?? []);

const diagnostic = z.object({
  range,
  /** 1 is an error, 2 a warning, 3 information, 4 a hint. */
  severity: z.int().min(1).max(4).nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
  source: z.string().nullish(),
  message: z.string(),
});
export type Diagnostic = z.infer<typeof diagnostic>;
export const publishSchema = z.object({
  uri: z.string(),
  version: z.int().nullish(),
  diagnostics: z.array(diagnostic),
});
export const pulledSchema = z.object({
  kind: z.enum(["full", "unchanged"]),
  items: z.array(diagnostic).default([]),
});
export const workspaceReportSchema = z.object({
  items: z.array(z.object({ uri: z.string(), kind: z.string(), items: z.array(diagnostic).default([]) })),
});

const textEdit = z.object({ range, newText: z.string() });
export type TextEdit = z.infer<typeof textEdit>;
const fileEdits = z.object({ textDocument: z.object({ uri: z.string() }), edits: z.array(textEdit) });
/** Files are made, moved and deleted by operations, which are not done here. */
const fileOperation = z.object({ kind: z.string() });
export const workspaceEditSchema = z
  .object({
    changes: z.record(z.string(), z.array(textEdit)).nullish(),
    documentChanges: z.array(z.union([fileEdits, fileOperation])).nullish(),
  })
  .nullable();
export type WorkspaceEdit = z.infer<typeof workspaceEditSchema>;

export const configurationSchema = z.object({ items: z.array(z.object({ section: z.string().nullish() })) });
export const progressSchema = z.object({
  token: z.union([z.string(), z.number()]),
  value: z.looseObject({
    kind: z.string().optional(),
    title: z.string().optional(),
    message: z.string().optional(),
    percentage: z.number().optional(),
  }),
});
