/** What actions have in common: what they are given, and how they answer. */
import type { Page } from "playwright-core";
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { fit, plural } from "../output.ts";
import type { Request } from "./request.ts";
import type { Seat } from "./seat.ts";
import { briefTokens, clean, head, settle, tree, wholeTokens } from "./show.ts";
import { find, TargetError } from "./target.ts";

export interface Call {
  readonly seat: Seat;
  readonly page: Page;
  readonly request: Request;
  readonly context: ToolContext;
}

/** What an action needs and was not given is asked for in a sentence. Throws `TargetError`. */
export function needed<Key extends "url" | "target" | "text" | "files">(
  request: Request,
  key: Key,
): NonNullable<Request[Key]> {
  const value = request[key];
  if (value === undefined) throw new TargetError(`Action "${request.action}" needs ${key}.`);
  return value;
}

/** The page once it is quiet again. */
export async function after(call: Call): Promise<ToolOutput> {
  const { seat, page, context } = call;
  await settle(seat, page, context.clock, context.signal);
  const left = seat.page;
  if (!left) return { text: (await head(seat)).join("\n") };
  return await withTree({ ...call, page: left, request: { ...call.request, target: undefined } }, briefTokens);
}

export async function withTree(call: Call, maxTokens: number): Promise<ToolOutput> {
  const { seat, page, request, context } = call;
  const of = request.target === undefined ? page : await find(page, request.target);
  const shown = await tree({ maxTokens, context, of });
  return { text: [...(await head(seat)), "", shown].join("\n") };
}

/** A place, what happened, and lines that are bounded. */
export async function told(seat: Seat, lines: readonly string[], { countTokens }: ToolContext): Promise<ToolOutput> {
  const { text, count, omittedBytes } = fit(lines.map(clean), countTokens, wholeTokens);
  const rest = lines.length - count;
  const more =
    rest > 0 ? [`[${plural(rest, "more line")} did not fit.]`] : omittedBytes > 0 ? ["[The rest did not fit.]"] : [];
  return { text: [...(await head(seat)), "", text || "Nothing.", ...more].join("\n") };
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
