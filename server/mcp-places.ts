/** Where MCP servers are written down. Apart, so that a run that has none loads no more than this. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../agent/error.ts";
import { configDir } from "../providers/credential-file.ts";
import type { Config } from "./config.ts";

type Env = Readonly<Record<string, string | undefined>>;

export const projectFile = (cwd: string) => join(cwd, ".mcp.json");

/** Throws `ConfigError` where there is no place for one. */
export function userFile(env: Env): string {
  const dir = configDir(env);
  if (dir !== undefined) return join(dir, "mcp.json");
  throw new ConfigError("There is no place for your MCP servers: neither HOME nor XDG_CONFIG_HOME is set.");
}

/** Whether there could be servers at all. Reads nothing. */
export function hasMcp({ mcp, cwd }: Pick<Config, "mcp" | "cwd">, env: Env): boolean {
  return mcp.length > 0 || existsSync(projectFile(cwd)) || (configDir(env) !== undefined && existsSync(userFile(env)));
}
