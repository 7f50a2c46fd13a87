/**
 * Prompts of MCP servers as commands: `/mcp__SERVER__PROMPT words`. A server is started when one of its is called; those of
 * servers that run are listed.
 */
import { UsageError } from "../agent/error.ts";
import { prefixOf, toolNamesOf } from "../tools/mcp/names.ts";
import { listPrompts, type McpPrompt, promptText } from "../tools/mcp/prompts.ts";
import type { McpServer } from "../tools/mcp/server.ts";
import type { CommandRow } from "./api.ts";
import type { MoreCommands } from "./commands.ts";

/** By the name of their command, without its `/`. */
type Prompts = ReadonlyMap<string, McpPrompt>;

export class McpPrompts implements MoreCommands {
  readonly #servers: readonly McpServer[];
  readonly #known = new Map<McpServer, Prompts>();

  constructor(servers: readonly McpServer[]) {
    this.#servers = servers;
  }

  get all(): readonly CommandRow[] {
    for (const server of this.#servers) {
      // The next look finds them.
      if (server.isRunning && !this.#known.has(server)) this.#list(server).catch(() => {});
    }
    return [...this.#known.values()].flatMap((prompts) => [...prompts].map(([name, prompt]) => rowOf(name, prompt)));
  }

  async expand(name: string, words: string): Promise<string | undefined> {
    const bare = name.slice(1);
    const server = this.#servers.find(({ slug }) => bare.startsWith(prefixOf(slug)));
    if (!server) return undefined;
    const prompts = await this.#list(server).catch((error: Error) => {
      throw new UsageError(`The prompts of ${server.name} are not there: ${error.message}.`, { cause: error });
    });
    const prompt = prompts.get(bare);
    if (prompt) return promptText(server, prompt, words);
    const names = [...prompts.keys()].map((each) => `/${each}`).join(", ") || "none";
    throw new UsageError(`There is no prompt ${name}.`, { hint: `There are: ${names}.` });
  }

  async #list(server: McpServer): Promise<Prompts> {
    const prompts = await listPrompts(server);
    const names = toolNamesOf(
      server.slug,
      prompts.map(({ name }) => name),
    );
    const known = new Map(prompts.map((prompt, at) => [names[at] ?? prompt.name, prompt]));
    this.#known.set(server, known);
    return known;
  }
}

function rowOf(name: string, { description, args }: McpPrompt): CommandRow {
  const usage = args.map((arg) => (arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`)).join(" ");
  return { name: `/${name}`, description, usage, from: "server" };
}
