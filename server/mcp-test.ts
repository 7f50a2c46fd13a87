/** `sagent mcp test NAME`: starts a server, and says what it offers and how fast it answers. */
import { messageOf } from "../agent/error.ts";
import type { ServerConfig } from "../tools/mcp/config.ts";
import { type Listings, listingsDir, listingsIn } from "../tools/mcp/kept.ts";
import { slugsOf } from "../tools/mcp/names.ts";
import { McpServer } from "../tools/mcp/server.ts";
import { oneLine, plural } from "../tools/output.ts";
import type { Config } from "./config.ts";
import { surroundingsOf } from "./mcp-sources.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

interface Report {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly server?: { readonly name: string; readonly version: string } | undefined;
  readonly startMs?: number;
  readonly pingMs?: number;
  readonly tools?: readonly { readonly name: string; readonly description: string }[];
  readonly resources?: boolean;
  readonly prompts?: boolean;
}

/** Resolves to the exit code: 1 where the server cannot be used. */
export async function testServer(config: ServerConfig, run: Config, env: Env): Promise<number> {
  const slug = slugsOf([config.name]).get(config.name) ?? config.name;
  // It is to be started, whatever is known of it.
  const listings: Listings = { ...listingsIn(listingsDir(env)), read: async () => undefined };
  await using server = new McpServer(config, slug, { ...surroundingsOf(run, env), listings });
  const report = await reportOn(server);
  if (run.outputFormat !== "text") await writeOut(`${JSON.stringify(report)}\n`);
  else await writeOut(printable(textOf(report)));
  return report.ok ? 0 : 1;
}

async function reportOn(server: McpServer): Promise<Report> {
  const { name } = server.config;
  try {
    const startedAt = performance.now();
    const tools = await server.open();
    const startMs = Math.round(performance.now() - startedAt);
    return await server.use(async ({ client }) => {
      const askedAt = performance.now();
      await client.ping();
      const { resources, prompts } = client.getServerCapabilities() ?? {};
      return {
        name,
        ok: true,
        server: client.getServerVersion(),
        startMs,
        pingMs: Math.round((performance.now() - askedAt) * 10) / 10,
        tools: tools.map((tool) => ({ name: tool.name, description: tool.description })),
        resources: resources !== undefined,
        prompts: prompts !== undefined,
      };
    });
  } catch (error) {
    return { name, ok: false, error: messageOf(error) };
  }
}

function textOf({ name, ok, error, server, startMs, pingMs, tools = [], resources, prompts }: Report): string {
  if (!ok) return `${name} cannot be used: ${error}.\n`;
  const also = [resources ? "resources" : "", prompts ? "prompts" : ""].filter((each) => each !== "");
  const lines = [
    `${name} works: ${server?.name ?? "a server"} ${server?.version ?? ""}`,
    `Started in ${startMs} ms, answers in ${pingMs} ms.`,
    `It has ${[plural(tools.length, "tool"), ...also].join(", ")}.`,
    ...tools.map((tool) => `  ${tool.name}  ${oneLine(tool.description, 100)}`),
  ];
  return `${lines.join("\n")}\n`;
}
