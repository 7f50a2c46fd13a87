/** `sagent mcp serve`: this program as a server of the Model Context Protocol, over standard input or over HTTP. */
import { join } from "node:path";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Workspace } from "../agent/tool.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { chooseTools } from "../tools/registry.ts";
import type { Config } from "./config.ts";
import { signalCodes } from "./exit.ts";
import { agentTool } from "./mcp-agent.ts";
import { hostServer, type Offer } from "./mcp-host.ts";
import { serveHttp } from "./mcp-http.ts";
import { hostedTools } from "./mcp-offer.ts";
import { sessionIds, sessionResources } from "./mcp-sessions.ts";
import { note } from "./output.ts";
import { watchSignals } from "./signals.ts";
import { loadToken, serverDir } from "./token.ts";
import { version } from "./version.ts";

type Env = Readonly<Record<string, string | undefined>>;

const agentName = "Agent";
const usual: readonly string[] = ["Read", "Write", "Edit", "Bash", "Grep", "Glob", "List", agentName];

/** Resolves to the exit code, once the client has left or a signal came. */
export async function serveMcp(config: Config, env: Env): Promise<number> {
  await using held = new AsyncDisposableStack();
  const offer = await offerOf(config, env, (resource) => held.use(resource));
  using stop = watchSignals();
  if (!config.mcpChoice.http) return serveStdio(offer, stop.asked);
  const token = await loadToken(join(serverDir(config.cwd, env), "mcp"));
  await using http = serveHttp({ host: () => hostServer(offer), port: config.serve.port, token });
  note(`MCP is served at ${http.url}; clients send the header Authorization: Bearer ${token}`);
  return signalCodes[await stop.asked];
}

async function serveStdio(offer: Offer, stopped: ReturnType<typeof watchSignals>["asked"]): Promise<number> {
  const server = hostServer(offer);
  const { promise: left, resolve } = Promise.withResolvers<0>();
  process.stdin.once("end", () => resolve(0));
  process.stdout.once("error", () => resolve(0));
  // The SDK's transports do not satisfy its own interface under exactOptionalPropertyTypes.
  const plain: unknown = new StdioServerTransport();
  await server.connect(plain as Transport);
  const end = await Promise.race([left, stopped]);
  await server.close();
  return end === 0 ? 0 : signalCodes[end];
}

/** Tools by `--tools`, each of any name there is; `Agent` is the whole agent. */
async function offerOf(config: Config, env: Env, own: (resource: AsyncDisposable) => void): Promise<Offer> {
  const names = (config.tools ?? usual).filter((name) => !config.disallowTools.includes(name));
  const tools = await chooseTools(
    names.filter((name) => name !== agentName),
    { env, settings: config.toolSettings, own },
  );
  const { cwd, addDirs, contain } = config;
  const workspace: Workspace = {
    root: cwd,
    cwd,
    reads: new Map(),
    env: withoutSecrets(env),
    ...(contain ? { writeRoots: [cwd, ...addDirs] } : {}),
  };
  // The agent has the tools that agents have; --tools says what clients are offered.
  const agent = names.includes(agentName) ? [agentTool({ ...config, tools: undefined }, env)] : [];
  return {
    name: "sagent",
    version,
    instructions: `Tools that work in ${cwd}. Agent does a whole task by itself.`,
    tools: [...hostedTools(tools, workspace), ...agent],
    resources: sessionResources(cwd, env),
    complete: async ({ ref, argument }) => (ref.type === "ref/resource" ? sessionIds(argument.value, cwd, env) : []),
  };
}
