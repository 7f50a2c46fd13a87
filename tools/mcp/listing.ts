/** The tools that a server lists, as tools of ours. What no model could be told of is left out, and said so. */
import { type Tool as ListedTool, ToolSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { AnyTool, ToolContext, ToolOutput } from "../../agent/tool.ts";
import { defineTool } from "../../agent/tool.ts";
import { legible, oneLine, plural } from "../output.ts";
import type { WantedCall } from "./call.ts";
import type { Link } from "./link.ts";
import { toolNamesOf } from "./names.ts";
import { outputOf } from "./result.ts";
import { argumentsSchema, checker, problemOf, toldSchema } from "./schema.ts";

/** A call of a tool by the name that its server gave it. */
export type ListedCall = Omit<WantedCall, "timeout">;

export type Call = (
  wanted: ListedCall,
  context: ToolContext,
  read: (result: Parameters<typeof outputOf>[0]) => ToolOutput,
) => Promise<ToolOutput>;

export interface Listing {
  readonly tools: readonly AnyTool[];
  /** A sentence for each that was left out. */
  readonly problems: readonly string[];
}

const mostTools = 500;
const mostPages = 100;
const maxDescription = 2_000;

/** Tools as they were last made, by what they were made from: what did not change stays the same object. */
export type Known = ReadonlyMap<string, AnyTool>;

// One tool that makes no sense must not hide the others.
const page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

export async function listTools(link: Link, timeout: number): Promise<readonly unknown[]> {
  if (!link.client.getServerCapabilities()?.tools) return [];
  const all: unknown[] = [];
  let cursor: string | undefined;
  for (let at = 0; at < mostPages && all.length <= mostTools; at += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const { tools, nextCursor } = await link.client.request({ method: "tools/list", params }, page, { timeout });
    all.push(...tools);
    if (nextCursor === undefined || nextCursor === cursor) break;
    cursor = nextCursor;
  }
  return all;
}

export function listingOf(
  raw: readonly unknown[],
  server: { readonly name: string; readonly slug: string },
  call: Call,
  known: Known,
): Listing & { readonly known: Known } {
  const problems: string[] = [];
  if (raw.length > mostTools) {
    problems.push(
      `The MCP server "${server.name}" lists more than ${plural(mostTools, "tool")}; the rest is left out.`,
    );
  }
  const fit = raw.slice(0, mostTools).flatMap((each) => {
    const read = readTool(each);
    if (typeof read === "object") return [read];
    problems.push(`A tool of the MCP server "${server.name}" is left out: ${read}.`);
    return [];
  });
  const distinct = [...new Map(fit.map((tool) => [tool.name, tool])).values()];
  const names = toolNamesOf(
    server.slug,
    distinct.map(({ name }) => name),
  );
  const made = new Map(
    distinct.map((listed, at) => {
      const name = names[at] ?? listed.name;
      const key = JSON.stringify([name, listed]);
      return [key, known.get(key) ?? makeTool(listed, name, server, call)] as const;
    }),
  );
  return { tools: [...made.values()], problems, known: made };
}

/** A listed tool, or why it is of no use. */
function readTool(raw: unknown): ListedTool | string {
  const parsed = ToolSchema.safeParse(raw);
  const named = z.looseObject({ name: z.string() }).safeParse(raw);
  const name = named.success ? `"${oneLine(named.data.name, 80)}": ` : "";
  if (!parsed.success) return `${name}it is not described as the protocol asks`;
  const problem = problemOf(parsed.data.inputSchema);
  return problem === undefined ? parsed.data : `${name}${problem}`;
}

function makeTool(
  listed: ListedTool,
  name: string,
  server: { readonly name: string; readonly slug: string },
  call: Call,
): AnyTool {
  const { annotations = {}, inputSchema, outputSchema } = listed;
  const title = oneLine(listed.title ?? annotations.title ?? listed.name, 60);
  const asTask = listed.execution?.taskSupport === "required";
  const check = outputSchema && checker(outputSchema);
  const tool = defineTool({
    name,
    description: describe(listed, server.name),
    schema: argumentsSchema(inputSchema),
    label: (args) => oneLine(`${server.name}: ${title}${argsText(args)}`, 160),
    serializeKey: () => (annotations.readOnlyHint ? undefined : `mcp:${server.slug}`),
    run: (args, context) => call({ name: listed.name, args, asTask }, context, (result) => outputOf(result, check)),
  });
  return { ...tool, jsonSchema: toldSchema(inputSchema) };
}

function describe({ name, title, description = "" }: ListedTool, server: string): string {
  const told = legible(description, maxDescription);
  return told || `${oneLine(title ?? name, 100)}, a tool of the MCP server "${oneLine(server, 100)}".`;
}

function argsText(args: Readonly<Record<string, unknown>>): string {
  const texts = Object.values(args).filter((value) => typeof value === "string" || typeof value === "number");
  return texts.length === 0 ? "" : ` ${texts.join(", ")}`;
}
