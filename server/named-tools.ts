/** Tools of sources, as flags name them: one by its name, or all of a source by its group. */
import { ConfigError, messageOf, UsageError } from "../agent/error.ts";
import { type AnyTool, covers, type ToolSource } from "../agent/tool.ts";

/** Which tools of sources a run may have. */
export interface NameFlags {
  /** Only these; all where it is undefined. */
  readonly tools: readonly string[] | undefined;
  readonly disallowTools: readonly string[];
}

/** The sources that are left, each with the tools that are left of it. */
export function limitedSources(
  sources: readonly ToolSource[],
  { tools, disallowTools }: NameFlags,
): readonly ToolSource[] {
  const isAllowed = (name: string) =>
    (tools?.some((wanted) => covers(wanted, name)) ?? true) && !disallowTools.some((out) => covers(out, name));
  const left = sources.filter((source) => {
    if (source.group !== undefined && disallowTools.includes(source.group)) return false;
    return tools?.some((name) => source.mayHave(name)) ?? true;
  });
  return left.map((source) => limited(source, isAllowed));
}

function limited(source: ToolSource, isAllowed: (name: string) => boolean): ToolSource {
  const fit = (tools: readonly AnyTool[]) => tools.filter(({ name }) => isAllowed(name));
  return {
    name: source.name,
    group: source.group,
    get tools() {
      return source.tools && fit(source.tools);
    },
    get instructions() {
      return source.instructions;
    },
    mayHave: (name) => isAllowed(name) && source.mayHave(name),
    open: async () => fit(await source.open()),
    onChange: (listener) => source.onChange(listener),
  };
}

/** Whether a name is not one of a built-in tool. Those of servers say so themselves, also where there is no such server. */
export function isOfSource(name: string, sources: readonly ToolSource[]): boolean {
  return name.startsWith("mcp__") || sources.some((source) => source.mayHave(name));
}

/**
 * The tools of these names and groups, of sources that are opened for it. Throws `UsageError` for a name that is no tool's, and
 * `ConfigError` where a source cannot be opened.
 */
export async function toolsNamed(
  names: readonly string[],
  sources: readonly ToolSource[],
): Promise<readonly AnyTool[]> {
  const found = await Promise.all(names.map((name) => find(name, sources)));
  return [...new Set(found.flat())];
}

/** Throws `UsageError` for a name that is no tool's. What a source that cannot be opened has is left open. */
export async function checkNames(names: readonly string[], sources: readonly ToolSource[]): Promise<readonly []> {
  const single = names.filter((name) => !sources.some(({ group }) => group === name));
  await Promise.all(
    single.map(async (name) => {
      try {
        await find(name, sources);
      } catch (error) {
        if (error instanceof UsageError) throw error;
      }
    }),
  );
  return [];
}

async function find(name: string, sources: readonly ToolSource[]): Promise<readonly AnyTool[]> {
  const asked = sources.filter((source) => source.mayHave(name));
  const tools = (await Promise.all(asked.map(opened))).flat();
  const fit = tools.filter((tool) => covers(name, tool.name));
  if (fit.length > 0) return fit;
  throw new UsageError(`There is no tool "${name}".`, { hint: hintFor(asked, tools, sources) });
}

async function opened(source: ToolSource): Promise<readonly AnyTool[]> {
  try {
    return source.tools ?? (await source.open());
  } catch (error) {
    throw new ConfigError(`The tools of ${source.name} are not there: ${messageOf(error)}`, { cause: error });
  }
}

function hintFor(asked: readonly ToolSource[], tools: readonly AnyTool[], sources: readonly ToolSource[]): string {
  if (asked.length > 0) {
    const names = tools.map((tool) => tool.name).join(", ") || "none";
    return `The tools of ${asked.map((source) => source.name).join(" and ")} are: ${names}.`;
  }
  const groups = sources.flatMap(({ group }) => (group === undefined ? [] : [group]));
  return groups.length === 0
    ? "No MCP servers are set up: sagent mcp list"
    : `There are those of ${groups.join(", ")}.`;
}
