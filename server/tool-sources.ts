/** Where tools beside the built-in ones come from: servers of the Model Context Protocol, plug-ins. */
import { existsSync } from "node:fs";
import type { ToolSource } from "../agent/tool.ts";
import { builtinNames } from "../tools/registry.ts";
import type { Config } from "./config.ts";
import type { Extensions } from "./extensions.ts";
import { hasMcp, projectFile } from "./mcp-places.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Nothing is started yet; what is, later, is closed by `own`. Prompts of servers become commands. Where all tools were chosen by name, and are built in, there are no others. */
export async function toolSources(
  config: Config,
  env: Env,
  own: (resource: AsyncDisposable) => void,
  { plugins, commands }: Pick<Extensions, "plugins" | "commands">,
): Promise<readonly ToolSource[]> {
  const isBuiltin = new Set(builtinNames());
  if (config.tools?.every((name) => isBuiltin.has(name))) return [];
  const pluginDirs = plugins.dirs.filter((dir) => existsSync(projectFile(dir)));
  if (pluginDirs.length === 0 && !hasMcp(config, env)) return [plugins];
  const { mcpSources } = await import("./mcp-sources.ts");
  return [...(await mcpSources({ ...config, pluginDirs }, env, own, commands)), plugins];
}
