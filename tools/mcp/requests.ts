/** What a server asks back, and what it tells while it works. */

import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { oneLine } from "../output.ts";
import type { Callers } from "./callers.ts";
import type { ServerConfig } from "./config.ts";
import { elicit } from "./elicit.ts";
import { type Allowed, sample } from "./sampling.ts";

/** What we offer to servers. */
export const capabilities = {
  roots: {},
  sampling: {},
  elicitation: { form: { applyDefaults: true }, url: {} },
} as const;

export interface Desk {
  readonly config: ServerConfig;
  readonly callers: Callers;
  readonly allowed: Allowed;
  /** Absolute paths of the directories that we work in. */
  readonly roots: readonly string[];
}

export function answerRequests(client: Client, { config, callers, allowed, roots }: Desk): void {
  client.setRequestHandler(ListRootsRequestSchema, () => ({
    roots: roots.map((path) => ({ uri: pathToFileURL(path).href, name: basename(path) })),
  }));
  client.setRequestHandler(ElicitRequestSchema, (request) =>
    elicit(request, `The MCP server "${config.name}"`, callers.last?.ask),
  );
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => sample(params, config, callers.last, allowed));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params: { level, logger, data } }) => {
    const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
    const who = logger === undefined ? "" : `${logger}: `;
    callers.last?.progress({ type: "status", text: oneLine(`${level}: ${who}${text}`, 300) });
  });
}
