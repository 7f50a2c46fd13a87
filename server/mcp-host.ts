/** A server of the Model Context Protocol made of what is offered: tools, resources and prompts. One for each client. */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  type CompleteRequest,
  CompleteRequestSchema,
  type CreateMessageRequest,
  type CreateMessageResult,
  CreateMessageResultSchema,
  type ElicitRequest,
  type ElicitResult,
  ElicitResultSchema,
  ErrorCode,
  GetPromptRequestSchema,
  type GetPromptResult,
  type Tool as ListedTool,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  type LoggingLevel,
  LoggingLevelSchema,
  McpError,
  type Prompt,
  ReadResourceRequestSchema,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplate,
  type ServerNotification,
  type ServerRequest,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../agent/error.ts";

/** What a tool may do with its caller while it works. */
export interface HostedCall {
  /** Aborts when the client cancels or leaves. */
  readonly signal: AbortSignal;
  /** Goes nowhere where the client did not ask for it. `progress` only grows. */
  progress(progress: number, total?: number, message?: string): void;
  log(level: LoggingLevel, text: string): void;
  /** Asks the person at the client; undefined where the client offers no such thing. */
  readonly elicit: ((params: ElicitRequest["params"]) => Promise<ElicitResult>) | undefined;
  readonly sample: ((params: CreateMessageRequest["params"]) => Promise<CreateMessageResult>) | undefined;
  /** Lets go of the client's connection, which comes back for the result; undefined where it cannot. */
  readonly letGo: (() => void) | undefined;
}

/** A failure is a result; what is thrown is made one. */
export interface HostedTool {
  readonly listed: ListedTool;
  call(args: Readonly<Record<string, unknown>>, call: HostedCall): Promise<CallToolResult>;
}

export interface HostedResources {
  list(): Promise<readonly Resource[]>;
  readonly templates: readonly ResourceTemplate[];
  /** Undefined where there is none of this address. */
  read(uri: string): Promise<ReadResourceResult | undefined>;
  /** Tells of changes of a resource until it is disposed of. */
  watch(uri: string, changed: () => void): Disposable;
}

export interface HostedPrompt {
  readonly listed: Prompt;
  get(args: Readonly<Record<string, string>>): Promise<GetPromptResult>;
}

export interface Offer {
  readonly name: string;
  readonly version: string;
  readonly instructions?: string;
  readonly tools: readonly HostedTool[];
  readonly resources?: HostedResources | undefined;
  readonly prompts?: readonly HostedPrompt[] | undefined;
  /** What an argument of a prompt or of an address could be. */
  readonly complete?: (params: CompleteRequest["params"]) => Promise<readonly string[]>;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const mostCompletions = 100;

/** Closing the server ends what it watches. */
export function hostServer(offer: Offer): Server {
  const { name, version, instructions, resources, prompts, complete } = offer;
  const server = new Server(
    { name, version },
    {
      capabilities: {
        tools: {},
        logging: {},
        ...(resources ? { resources: { subscribe: true } } : {}),
        ...(prompts ? { prompts: {} } : {}),
        ...(complete ? { completions: {} } : {}),
      },
      ...(instructions === undefined ? {} : { instructions }),
    },
  );
  hostTools(server, offer.tools);
  if (resources) hostResources(server, resources);
  if (prompts) hostPrompts(server, prompts);
  if (complete) {
    server.setRequestHandler(CompleteRequestSchema, async ({ params }) => {
      const all = await complete(params);
      const values = all.slice(0, mostCompletions);
      return { completion: { values, total: all.length, hasMore: all.length > values.length } };
    });
  }
  return server;
}

function hostTools(server: Server, tools: readonly HostedTool[]): void {
  const levels = LoggingLevelSchema.options;
  let least: LoggingLevel = "info";
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    least = params.level;
    return {};
  });
  const log = (extra: Extra, level: LoggingLevel, data: string) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    quietly(extra.sendNotification({ method: "notifications/message", params: { level, logger: "sagent", data } }));
  };
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(({ listed }) => listed) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = tools.find(({ listed }) => listed.name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool "${params.name}".`);
    const { elicitation, sampling } = server.getClientCapabilities() ?? {};
    const token = params._meta?.progressToken;
    try {
      return await tool.call(params.arguments ?? {}, {
        signal: extra.signal,
        progress(progress, total, message) {
          if (token === undefined) return;
          const news = { progressToken: token, progress, total, message };
          quietly(extra.sendNotification({ method: "notifications/progress", params: news }));
        },
        log: (level, text) => log(extra, level, text),
        elicit:
          elicitation && ((params) => extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema)),
        sample:
          sampling &&
          ((params) => extra.sendRequest({ method: "sampling/createMessage", params }, CreateMessageResultSchema)),
        letGo: extra.closeSSEStream,
      });
    } catch (error) {
      return { content: [{ type: "text", text: messageOf(error) }], isError: true };
    }
  });
}

/** A client that has left hears nothing more. */
function quietly(sent: Promise<void>): void {
  sent.catch(() => {});
}

function hostResources(server: Server, resources: HostedResources): void {
  const watched = new Map<string, Disposable>();
  const forget = (uri: string) => {
    watched.get(uri)?.[Symbol.dispose]();
    watched.delete(uri);
  };
  server.onclose = () => {
    for (const uri of [...watched.keys()]) forget(uri);
  };
  server.setRequestHandler(ListResourcesRequestSchema, async () => ({ resources: [...(await resources.list())] }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [...resources.templates],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    const found = await resources.read(uri);
    if (found) return found;
    throw new McpError(resourceNotFound, `There is no resource ${uri}.`, { uri });
  });
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    forget(uri);
    watched.set(
      uri,
      resources.watch(uri, () => quietly(server.sendResourceUpdated({ uri }))),
    );
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    forget(uri);
    return {};
  });
}

/** Of the protocol (2025-11-25, server/resources, error handling). */
const resourceNotFound = -32_002;

function hostPrompts(server: Server, prompts: readonly HostedPrompt[]): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: prompts.map(({ listed }) => listed) }));
  server.setRequestHandler(GetPromptRequestSchema, async ({ params: { name, arguments: args = {} } }) => {
    const prompt = prompts.find(({ listed }) => listed.name === name);
    if (!prompt) throw new McpError(ErrorCode.InvalidParams, `There is no prompt "${name}".`);
    const missing = (prompt.listed.arguments ?? []).filter(
      ({ name, required }) => required && args[name] === undefined,
    );
    if (missing.length === 0) return prompt.get(args);
    throw new McpError(ErrorCode.InvalidParams, `The prompt needs ${missing.map(({ name }) => name).join(", ")}.`);
  });
}
