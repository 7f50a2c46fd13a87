/** The MCP servers of a run, as sources of tools. Nothing is started here. */
import type { ToolSource } from "../agent/tool.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { listingsDir, listingsIn } from "../tools/mcp/kept.ts";
import { slugsOf } from "../tools/mcp/names.ts";
import { resourceSource } from "../tools/mcp/resource.ts";
import { McpServer, type Surroundings } from "../tools/mcp/server.ts";
import type { Commands } from "./commands.ts";
import type { Config } from "./config.ts";
import { type PluginFolders, readMcpConfig } from "./mcp-config.ts";
import { McpPrompts } from "./mcp-prompts.ts";
import { note } from "./output.ts";
import { version } from "./version.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Wanted = Pick<Config, "cwd" | "mcp" | "trust" | "addDirs"> & PluginFolders;

const defaultConnectMs = 30_000;
const defaultCallMs = 600_000;

const secretNames = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH|COOKIE|PRIVATE|DSN|DATABASE_URL/i;

/** Of what a person has in their environment, no secret by its name; a server gets those that its configuration names. */
function childEnv(env: Env): Record<string, string> {
  const named = Object.entries(withoutSecrets(env));
  return Object.fromEntries(named.filter(([name]) => name === "SSH_AUTH_SOCK" || !secretNames.test(name)));
}

/** What servers have around them. The limits have the names that Claude Code gave them, in ms. */
export function surroundingsOf(config: Pick<Config, "cwd" | "addDirs">, env: Env): Surroundings {
  return {
    env: childEnv(env),
    variables: env,
    cwd: config.cwd,
    roots: [config.cwd, ...config.addDirs],
    version,
    connectMs: Number(env.MCP_TIMEOUT) || defaultConnectMs,
    callMs: Number(env.MCP_TOOL_TIMEOUT) || defaultCallMs,
    logins: {
      read: async (url) => (await import("./mcp-logins.ts")).loginStore(env).read(url),
      change: async (url, change) => (await import("./mcp-logins.ts")).loginStore(env).change(url, change),
      renew: async (url, stale, ask) => (await import("./mcp-logins.ts")).renewLogin(env, url, stale, ask),
    },
    note,
  };
}

/** The servers that are not switched off, each closed by `own`. */
export async function mcpServers(
  config: Wanted,
  env: Env,
  own: (resource: AsyncDisposable) => void,
): Promise<readonly McpServer[]> {
  const { servers, problems } = await readMcpConfig(config, env);
  for (const problem of problems) note(problem);
  const wanted = servers.filter(({ disabled }) => !disabled);
  if (wanted.length === 0) return [];
  const around = { ...surroundingsOf(config, env), listings: listingsIn(listingsDir(env)) };
  const slugs = slugsOf(wanted.map(({ name }) => name));
  const made = wanted.map((server) => new McpServer(server, slugs.get(server.name) ?? server.name, around));
  for (const server of made) own(server);
  return made;
}

export async function mcpSources(
  config: Wanted,
  env: Env,
  own: (resource: AsyncDisposable) => void,
  commands: Commands,
): Promise<readonly ToolSource[]> {
  const servers = await mcpServers(config, env, own);
  if (servers.length > 0) commands.add(new McpPrompts(servers));
  return servers.length === 0 ? [] : [...servers, resourceSource(servers)];
}
