/** What the language servers that run already know; the index does without them. */
import type { Workspace } from "../../agent/tool.ts";
import type { Place, SymbolPlace } from "../lsp/lookups.ts";
import type { LspPool } from "../lsp/pool.ts";
import type { LanguagePort } from "../lsp/port.ts";

/** Longest wait for their answers, in ms. */
const limitMs = 3_000;

export interface Servers {
  symbols(query: string): Promise<readonly SymbolPlace[]>;
  /** Uses of what is defined on a line; undefined where no server knows. */
  references(path: string, line: number, name: string): Promise<readonly Place[] | undefined>;
}

/** Rejects with nothing: a server that takes too long has nothing to say. */
export async function runningServers(
  pool: LspPool | undefined,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Servers> {
  const port = pool && (await import("../lsp/port.ts")).languagePort(pool, workspace);
  const ask = async <T>(work: (port: LanguagePort, limit: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (port === undefined) return undefined;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    try {
      return await work(port, limit);
    } catch (error) {
      if (limit.aborted) return undefined;
      throw error;
    }
  };
  return {
    symbols: async (query) => (await ask((own, limit) => own.workspaceSymbols(query, limit))) ?? [],
    references: (path, line, name) => ask((own, limit) => own.references(path, line, name, limit)),
  };
}
