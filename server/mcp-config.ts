/** Which MCP servers there are: by flag, in the project's `.mcp.json`, in the person's `mcp.json`; of one name the nearest counts. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigError, messageOf, UsageError } from "../agent/error.ts";
import { configDir } from "../providers/credential-file.ts";
import { readServers, type ServerConfig } from "../tools/mcp/config.ts";
import type { Config } from "./config.ts";
import { projectFile, userFile } from "./mcp-places.ts";
import { isTrusted, untrustedNote } from "./trust.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Folders of plug-ins that are trusted; each may have a `.mcp.json`. */
export interface PluginFolders {
  readonly pluginDirs?: readonly string[];
}

type Wanted = Pick<Config, "cwd" | "mcp" | "trust"> & PluginFolders;

export interface McpConfig {
  readonly servers: readonly ServerConfig[];
  /** Sentences on what is left out. */
  readonly problems: readonly string[];
}

/** Throws `UsageError` for a flag that makes no sense; a file that makes none is left out. */
export async function readMcpConfig(config: Wanted, env: Env): Promise<McpConfig> {
  const problems: string[] = [];
  const found = new Map<string, ServerConfig>();
  const take = (text: string, from: string) => {
    const { servers, problems: wrong } = readServers(text, from);
    for (const server of servers) if (!found.has(server.name)) found.set(server.name, server);
    problems.push(...wrong);
  };
  for (const given of config.mcp) takeFlag(given, take);
  const project = projectFile(config.cwd);
  const isOurs = !existsSync(project) || (await isTrusted(config.cwd, config, env));
  if (!isOurs) problems.push(untrustedNote(project));
  const plugged = (config.pluginDirs ?? []).map(projectFile);
  const files = [...(isOurs ? [project] : []), ...plugged, ...(configDir(env) === undefined ? [] : [userFile(env)])];
  for (const path of files.filter(existsSync)) {
    try {
      const text = readFileSync(path, "utf8");
      take(plugged.includes(path) ? inPlugin(text, dirname(path)) : text, path);
    } catch (error) {
      problems.push(`${path} is left out: ${messageOf(error)}`);
    }
  }
  return { servers: [...found.values()], problems };
}

/** A plug-in names its own files so, as Claude Code has it. */
function inPlugin(text: string, dir: string): string {
  const place = JSON.stringify(dir).slice(1, -1);
  return text.replaceAll(/\$\{(?:CLAUDE|SAGENT)_PLUGIN_ROOT\}/g, () => place);
}

function takeFlag(given: string, take: (text: string, from: string) => void): void {
  const isJson = given.trimStart().startsWith("{");
  if (!isJson && !existsSync(given)) throw new UsageError(`There is no file ${given}, which --mcp names.`);
  try {
    take(isJson ? given : readFileSync(given, "utf8"), isJson ? "--mcp" : given);
  } catch (error) {
    throw new UsageError(`--mcp cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

type Entries = Record<string, unknown>;

/** Changes the servers of a file, and leaves all else in it as it is. Throws `ConfigError` for one that makes no sense. */
export async function changeServers(path: string, change: (servers: Entries) => void): Promise<void> {
  const raw: Entries = existsSync(path) ? entriesOf(parse(path)) : {};
  const servers = { ...entriesOf(raw.mcpServers) };
  change(servers);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, `${JSON.stringify({ ...raw, mcpServers: servers }, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

function parse(path: string): unknown {
  try {
    const raw: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isEntries(raw)) return raw;
  } catch (cause) {
    throw new ConfigError(`${path} is not JSON; nothing was changed.`, { cause });
  }
  throw new ConfigError(`${path} is no object; nothing was changed.`);
}

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const entriesOf = (value: unknown): Entries => (isEntries(value) ? value : {});
