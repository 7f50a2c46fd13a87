/** What a server asks of its client, and how it is answered: nothing here is done on a server's word alone. */
import { basename } from "node:path";
import { z } from "zod";
import { uriOf } from "./position.ts";
import { configurationSchema, encodings } from "./protocol.ts";

/** What the client says of itself at the start. */
export const clientCapabilities = {
  general: { positionEncodings: encodings },
  window: { workDoneProgress: true },
  workspace: {
    applyEdit: false,
    configuration: true,
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    workspaceEdit: { documentChanges: true, resourceOperations: [], failureHandling: "abort" },
    symbol: {},
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { didSave: true },
    publishDiagnostics: { versionSupport: true },
    diagnostic: {},
    definition: { linkSupport: true },
    implementation: { linkSupport: true },
    references: {},
    hover: { contentFormat: ["markdown", "plaintext"] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    callHierarchy: {},
    rename: {},
  },
} as const;

export interface AnswerContext {
  readonly root: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The answer to a request of the server; undefined for one that is not known. */
export function answerServer(method: string, params: unknown, { root, settings }: AnswerContext): unknown {
  switch (method) {
    case "workspace/configuration": {
      const asked = configurationSchema.safeParse(params);
      return asked.success ? asked.data.items.map(({ section }) => settingOf(settings, section ?? "")) : [];
    }
    case "workspace/workspaceFolders":
      return foldersOf(root);
    case "workspace/applyEdit":
      return { applied: false, failureReason: "Only a rename that was asked for is applied." };
    case "window/showDocument":
      return { success: false };
    case "client/registerCapability":
    case "client/unregisterCapability":
    case "window/workDoneProgress/create":
    case "window/showMessageRequest":
    case "workspace/diagnostic/refresh":
    case "workspace/semanticTokens/refresh":
    case "workspace/inlayHint/refresh":
    case "workspace/codeLens/refresh":
    case "workspace/foldingRange/refresh":
      return null;
    default:
      return undefined;
  }
}

export const foldersOf = (root: string) => [{ uri: uriOf(root), name: basename(root) }];

const tree = z.record(z.string(), z.unknown());

/** `python.analysis` is what lies under `analysis` under `python`, or under the whole name. */
function settingOf(settings: Readonly<Record<string, unknown>>, section: string): unknown {
  if (section === "") return settings;
  let value: unknown = settings[section];
  if (value !== undefined) return value;
  value = settings;
  for (const key of section.split(".")) value = tree.safeParse(value).data?.[key];
  return value ?? null;
}
