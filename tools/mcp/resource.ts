/** McpResource: what servers have to read beside their tools. */
import { z } from "zod";
import { messageOf } from "../../agent/error.ts";
import { defineTool, type Tool, type ToolContext, type ToolOutput, type ToolSource } from "../../agent/tool.ts";
import { failure, oneLine } from "../output.ts";
import description from "./resource.md" with { type: "text" };
import type { McpServer } from "./server.ts";

const schema = z.strictObject({
  server: z.string().min(1).max(200).optional().describe("Its name; needed to read where there are several"),
  uri: z.string().min(1).max(4_000).optional(),
});
type Args = z.output<typeof schema>;

const name = "McpResource";
const mostListed = 200;
const mostPages = 20;

/** Its tool is always known; the servers are started when it is called. */
export function resourceSource(servers: readonly McpServer[]): ToolSource {
  const tools = [resourceTool(servers)];
  return {
    name: "the resources of MCP servers",
    tools,
    mayHave: (toolName) => toolName === name,
    open: async () => tools,
    onChange: () => ({ [Symbol.dispose]() {} }),
  };
}

export function resourceTool(servers: readonly McpServer[]): Tool<Args> {
  return defineTool({
    name,
    description: description.trim(),
    schema,
    label: ({ server, uri }) =>
      oneLine(uri === undefined ? `List resources of ${server ?? "MCP servers"}` : `Read ${uri}`),
    run: (args, context) => run(servers, args, context),
  });
}

async function run(servers: readonly McpServer[], { server, uri }: Args, context: ToolContext): Promise<ToolOutput> {
  const { signal } = context;
  if (signal.aborted) return failure("The call was stopped before it began.");
  const chosen = server === undefined ? servers : servers.filter(({ config }) => config.name === server);
  const names = servers.map(({ config }) => config.name).join(", ") || "none";
  if (chosen.length === 0) return failure(`There is no MCP server "${oneLine(server ?? "")}". There are: ${names}.`);
  const [only, ...others] = chosen;
  if (uri === undefined || !only) return list(chosen, signal);
  if (others.length > 0) return failure(`Say of which server: ${names}.`);
  try {
    const { resourceOutput } = await import("./result.ts");
    const timeout = only.callMs;
    return resourceOutput(await only.use(({ client }) => client.readResource({ uri }, { signal, timeout })));
  } catch (error) {
    if (signal.aborted) return failure("The call was stopped.");
    return failure(`${oneLine(uri)} could not be read from the MCP server "${only.config.name}": ${messageOf(error)}.`);
  }
}

async function list(servers: readonly McpServer[], signal: AbortSignal): Promise<ToolOutput> {
  const parts = await Promise.all(
    servers.map(async (server) => {
      try {
        const lines = await linesOf(server, signal);
        const text = lines.length === 0 ? "It has no resources." : lines.slice(0, mostListed).join("\n");
        const more = lines.length > mostListed ? `\n[${lines.length - mostListed} more are not listed.]` : "";
        return { text: `${server.config.name}:\n${text}${more}`, isError: false };
      } catch (error) {
        return { text: `${server.config.name}: not to be had: ${messageOf(error)}.`, isError: true };
      }
    }),
  );
  if (signal.aborted) return failure("The call was stopped.");
  const text = parts.map((part) => part.text).join("\n\n");
  return parts.every((part) => part.isError) ? failure(text) : { text };
}

/** A line for each resource and each pattern of addresses. */
async function linesOf(server: McpServer, signal: AbortSignal): Promise<readonly string[]> {
  const timeout = server.callMs;
  return server.use(async ({ client }) => {
    if (!client.getServerCapabilities()?.resources) return [];
    const lines: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const { resources, nextCursor } = await client.listResources(cursor === undefined ? {} : { cursor }, {
        signal,
        timeout,
      });
      lines.push(...resources.map(({ uri, ...about }) => lineOf(uri, about)));
      if (nextCursor === undefined || nextCursor === cursor) break;
      cursor = nextCursor;
    }
    const none = { resourceTemplates: [] };
    const { resourceTemplates } = await client.listResourceTemplates({}, { signal, timeout }).catch(() => none);
    return [...lines, ...resourceTemplates.map(({ uriTemplate, ...about }) => lineOf(uriTemplate, about))];
  });
}

interface About {
  readonly name: string;
  readonly title?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly description?: string | undefined;
}

function lineOf(uri: string, { name, title = name, mimeType, description }: About): string {
  const about = [mimeType, description].filter((each) => each !== undefined && each !== "").join(", ");
  return oneLine(`- ${uri} ${title}${about === "" ? "" : ` (${about})`}`, 400);
}
