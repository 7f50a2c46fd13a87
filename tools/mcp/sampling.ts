/**
 * A server's question to our model. It is put to a child of the agent whose call the server works on, without tools, so
 * that it is seen, can be stopped, and costs the tree's money.
 */
import {
  type CreateMessageRequest,
  type CreateMessageResult,
  ErrorCode,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import { SagentError } from "../../agent/error.ts";
import type { ToolContext } from "../../agent/tool.ts";
import { oneLine, plural } from "../output.ts";
import type { ServerConfig } from "./config.ts";

type Params = CreateMessageRequest["params"];

/** Servers that a person has allowed to ask as long as the session goes on. */
export type Allowed = Set<string>;

const standing = "You answer a question of a program that you have no other part in. Answer it and nothing else.";

/** Throws `McpError` where nobody is there to ask for, a person says no, or the model cannot answer. */
export async function sample(
  params: Params,
  server: ServerConfig,
  context: ToolContext | undefined,
  allowed: Allowed,
): Promise<CreateMessageResult> {
  if (!context?.fleet) throw refused("no model is at hand while no call of a tool is running");
  const prompt = promptOf(params);
  await permit(prompt, server, context, allowed);
  try {
    const { fleet } = context;
    const { model } = fleet.report();
    const { text, isError } = await fleet.spawn(
      {
        prompt,
        label: `${fleet.self}-${server.name.replace(/[^\w.-]+/g, "-")}`.slice(-48),
        system: params.systemPrompt ?? standing,
        tools: [],
        maxRounds: 1,
        maxDepth: 0,
      },
      context,
    );
    if (isError) throw refused(oneLine(text, 300));
    return { role: "assistant", content: { type: "text", text }, model: model.model, stopReason: "endTurn" };
  } catch (error) {
    if (error instanceof SagentError) throw refused(error.message);
    throw error;
  }
}

async function permit(prompt: string, server: ServerConfig, { ask }: ToolContext, allowed: Allowed): Promise<void> {
  const { name, sampling } = server;
  if (sampling === "allow" || allowed.has(name)) return;
  if (sampling === "deny") throw refused("the person's configuration does not let it ask the model");
  if (!ask) throw refused("nobody is there to allow it; the configuration may, by its key sampling");
  const answer = await ask({
    type: "permission",
    tool: name,
    text: `The MCP server "${name}" wants to ask the model, at your cost: ${oneLine(prompt, 500)}`,
    scopes: ["once", "session"],
  });
  if (answer.type !== "allow") throw refused("the person said no");
  if (answer.scope !== "once") allowed.add(name);
}

/** The conversation as one text: each message under who said it, where there are several. */
function promptOf({ messages, tools = [] }: Params): string {
  if (tools.length > 0) throw refused("tools cannot be given to the model this way");
  const said = messages.map(({ role, content }) => {
    const blocks = Array.isArray(content) ? content : [content];
    const texts = blocks.filter((block) => block.type === "text").map(({ text }) => text);
    const left = blocks.length - texts.length;
    if (left > 0) throw refused(`${plural(left, "part")} of it cannot be put to the model as text`);
    return { role, text: texts.join("\n") };
  });
  const [only] = said;
  if (said.length === 1 && only) return only.text;
  return said.map(({ role, text }) => `<${role}>\n${text}\n</${role}>`).join("\n");
}

const refused = (why: string) => new McpError(ErrorCode.InvalidRequest, `The model was not asked: ${why}.`);
