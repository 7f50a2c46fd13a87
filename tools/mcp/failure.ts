/** What went wrong with a server, as a sentence. */

import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { SseError } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { messageOf } from "../../agent/error.ts";
import { oneLine } from "../output.ts";

/** A person has to log in before the server answers. */
export class LoginNeededError extends Error {
  /** `rights` are what the login that is there does not have. */
  constructor(name: string, rights?: string) {
    const what = rights === undefined ? "a login" : `a login that may do more (${oneLine(rights, 200)})`;
    super(`it wants ${what}. A person can log in with: sagent mcp login ${name}`);
  }
}

/** The part behind "The MCP server NAME did not answer: ". `name` is as a person would type it. */
export function reasonOf(error: unknown, name: string): string {
  if (error instanceof LoginNeededError) return error.message;
  if (error instanceof UnauthorizedError || statusOf(error) === 401) return new LoginNeededError(name).message;
  if (isSchemaError(error)) return "what it said is not of the protocol";
  if (error instanceof McpError && error.code === ErrorCode.RequestTimeout) {
    const { data } = z.object({ timeout: z.number() }).safeParse(error.data);
    return data ? `it said nothing for ${data.timeout / 1_000} s` : "it said nothing for too long";
  }
  const status = statusOf(error);
  if (status === 403) return "it refused this (status 403)";
  if (status !== undefined && status > 0) return `status ${status}: ${withoutCode(messageOf(error))}`;
  return withoutCode(messageOf(error));
}

/** By its name, as the SDK's errors are of another class of zod than those of the schemas here. */
function isSchemaError(error: unknown): boolean {
  return error instanceof Error && ["ZodError", "$ZodError"].includes(error.name);
}

/** The HTTP status that was the answer, where there was one. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof StreamableHTTPError || error instanceof SseError ? error.code : undefined;
}

/** Without what the SDK puts before a server's own words, and without a page of markup. */
function withoutCode(message: string): string {
  const own = message
    .replace(/^MCP error -?\d+: /, "")
    .replace(/^(?:Streamable HTTP error|SSE error): /, "")
    .replace(/^Error POSTing to endpoint: ?/, "");
  if (/Unable to connect|ECONNREFUSED|ConnectionRefused/.test(own)) return "nothing answers at its address";
  if (/<!doctype html|<html/i.test(own)) return "it answered with a web page";
  return oneLine(own, 500).replace(/\.$/, "") || "it did not say why";
}
