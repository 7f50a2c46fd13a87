/** What is wrong with files, as their server sees it now. */
import type { OpenDocument } from "./documents.ts";
import { LanguageServerError, SlowError } from "./errors.ts";
import { pathOf } from "./position.ts";
import { type Diagnostic, pulledSchema, workspaceReportSchema } from "./protocol.ts";
import type { LanguageServer } from "./server.ts";

export interface DiagnoseOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Rejects with a `LanguageServerError` where the server does not say, or not in time. */
export async function diagnose(
  server: LanguageServer,
  document: OpenDocument,
  { signal, timeoutMs }: DiagnoseOptions,
): Promise<readonly Diagnostic[]> {
  const { path, uri, version } = document;
  if (server.can("diagnosticProvider")) {
    const params = { textDocument: { uri } };
    const report = await server.request("textDocument/diagnostic", params, pulledSchema, { signal, timeoutMs });
    if (report.kind === "full") server.reports.pulled(path, report.items);
  } else if (!(await server.reports.told(document, timeoutMs, signal))) {
    if (server.isGone) throw new LanguageServerError(`${server.name} has ended.`);
    throw new SlowError(`${server.name} has not said in ${Math.round(timeoutMs / 1000)} s what is wrong with ${path}.`);
  }
  return server.reports.of(path, version);
}

/**
 * Every file that the server knows something about, by path: the whole project where it reports on that, else the files that were
 * opened and what it told by itself.
 */
export async function diagnoseAll(
  server: LanguageServer,
  options: DiagnoseOptions,
): Promise<ReadonlyMap<string, readonly Diagnostic[]>> {
  if (server.canReportAll) {
    const params = { previousResultIds: [] };
    const report = await server.request("workspace/diagnostic", params, workspaceReportSchema, options);
    for (const { uri, kind, items } of report.items) {
      const path = pathOf(uri);
      if (path !== undefined && kind === "full") server.reports.pulled(path, items);
    }
  } else {
    for (const document of server.documents.list()) await diagnose(server, document, options);
  }
  return server.reports.known();
}
