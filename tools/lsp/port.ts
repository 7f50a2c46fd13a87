/**
 * What other tools ask of the language servers of a project:
 *
 *     const port = languagePort(pool, workspace);
 *     await port.workspaceSymbols("parseConfig", signal);        // SymbolPlace[]
 *     await port.references("/abs/src/config.ts", 12, "parseConfig", signal);   // Place[] | undefined
 *
 * `pool` comes from `await options.languages()` of `ShelfOptions` (tools/lsp/languages.ts), the same one for all tools.
 * Servers that run already are asked; `start: true` starts the one of the file. Nothing here rejects: a server that
 * cannot answer has nothing to say.
 */
import type { Workspace } from "../../agent/tool.ts";
import { canonicalPath, resolvePath } from "../path.ts";
import { LanguageServerError } from "./errors.ts";
import { type Place, placesOf, type SymbolPlace, symbolsNamed } from "./lookups.ts";
import type { LspPool } from "./pool.ts";
import { spotOf } from "./spot.ts";

export interface PortOptions {
  /** Also starts the server of the file where it does not run yet, and waits for it. False by default. */
  readonly start?: boolean;
}

export interface LanguagePort {
  /** Symbols of the whole project whose names fit, in the servers' order. Empty where no server runs. */
  workspaceSymbols(query: string, signal: AbortSignal): Promise<SymbolPlace[]>;
  /**
   * Where the symbol of this name that stands on the line (from 1) of the file is used, its declaration included. Undefined where
   * no server runs for the file or the name is not there.
   */
  references(
    file: string,
    line: number,
    name: string,
    signal: AbortSignal,
    options?: PortOptions,
  ): Promise<Place[] | undefined>;
}

/** One agent's way to the servers. */
export function languagePort(pool: LspPool, workspace: Workspace): LanguagePort {
  return {
    async workspaceSymbols(query, signal) {
      const found = pool.readyIn(workspace).map((server) => symbolsNamed(server, query, signal).catch(nothing));
      return (await Promise.all(found)).flatMap((symbols) => symbols ?? []);
    },
    async references(file, line, name, signal, { start = false } = {}) {
      try {
        const path = canonicalPath(resolvePath(file, workspace));
        const server = start ? await pool.ask(path, workspace, { signal }) : await pool.running(path, workspace);
        if (!server) return undefined;
        await server.refresh(signal);
        const spot = await spotOf(server, { path, line, name }, signal);
        return await placesOf(server, "references", spot, signal);
      } catch (error) {
        return nothing(error);
      }
    },
  };
}

function nothing(error: unknown): undefined {
  if (!(error instanceof LanguageServerError)) throw error;
  return undefined;
}
