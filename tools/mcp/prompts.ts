/** Prompts that servers offer to the person. */
import { messageOf, UsageError } from "../../agent/error.ts";
import { oneLine } from "../output.ts";
import type { McpServer } from "./server.ts";

export interface McpPrompt {
  readonly name: string;
  readonly description: string;
  readonly args: readonly { readonly name: string; readonly required: boolean }[];
}

const mostPrompts = 200;
const mostPages = 20;

/** Starts the server where it is not running. Rejects with an `Error` that says why not. */
export function listPrompts(server: McpServer): Promise<readonly McpPrompt[]> {
  return server.use(async ({ client }) => {
    if (!client.getServerCapabilities()?.prompts) return [];
    const all: McpPrompt[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages && all.length < mostPrompts; page += 1) {
      const { prompts, nextCursor } = await client.listPrompts(cursor === undefined ? {} : { cursor });
      for (const { name, title = "", description = title, arguments: args = [] } of prompts) {
        const about = args.map((arg) => ({ name: arg.name, required: arg.required ?? false }));
        all.push({ name, description: oneLine(description, 200), args: about });
      }
      if (nextCursor === undefined || nextCursor === cursor) break;
      cursor = nextCursor;
    }
    return all.slice(0, mostPrompts);
  });
}

/** The prompt as one text, what it says in another's name marked as such. Throws `UsageError`. */
export async function promptText(server: McpServer, prompt: McpPrompt, words: string): Promise<string> {
  const values = argumentsOf(prompt, words);
  const missing = prompt.args.filter(({ name, required }) => required && values[name] === undefined);
  if (missing.length > 0) {
    throw new UsageError(`The prompt ${prompt.name} needs ${missing.map(({ name }) => name).join(", ")}.`, {
      hint: "Give its values in this order, each one word or in quotes, or as name=value.",
    });
  }
  try {
    const { messages } = await server.use(({ client }) => client.getPrompt({ name: prompt.name, arguments: values }));
    const texts = messages.map(({ role, content }) => {
      const text = contentText(content);
      return role === "user" ? text : `<assistant>\n${text}\n</assistant>`;
    });
    return texts.join("\n\n");
  } catch (error) {
    throw new UsageError(`The prompt ${prompt.name} could not be had: ${messageOf(error)}.`, { cause: error });
  }
}

type Content = Awaited<
  ReturnType<import("@modelcontextprotocol/sdk/client/index.js").Client["getPrompt"]>
>["messages"][number]["content"];

function contentText(content: Content): string {
  switch (content.type) {
    case "text":
      return content.text;
    case "resource":
      return "text" in content.resource
        ? `<resource uri=${JSON.stringify(content.resource.uri)}>\n${content.resource.text}\n</resource>`
        : `[${content.resource.uri}, which is no text]`;
    case "resource_link":
      return `[Resource ${content.name}: ${content.uri}]`;
    case "image":
    case "audio":
      return `[${content.type}, not shown]`;
  }
}

/** `name=value` words by their name, the others in order; the last one takes what is left. */
function argumentsOf({ args }: McpPrompt, line: string): Record<string, string> {
  const words = line.match(/[^\s"=]+="[^"]*"|"[^"]*"|\S+/g) ?? [];
  const values: Record<string, string> = {};
  const loose: string[] = [];
  for (const word of words) {
    const [, name = "", value = ""] = /^([^\s"=]+)=([\s\S]*)$/.exec(word) ?? [];
    if (args.some((arg) => arg.name === name)) values[name] = bare(value);
    else loose.push(bare(word));
  }
  const open = args.filter(({ name }) => values[name] === undefined);
  for (const [at, { name }] of open.entries()) {
    const rest = at === open.length - 1 ? loose.slice(at).join(" ") : loose[at];
    if (rest) values[name] = rest;
  }
  return values;
}

const bare = (word: string) => word.replace(/^"(.*)"$/s, "$1");
