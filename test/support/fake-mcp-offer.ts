/** What the conformance suite expects of a server (its `list --server` describes each), as an offer to our host. */
import { z } from "zod";
import type { HostedCall, HostedPrompt, HostedResources, HostedTool, Offer } from "../../server/mcp-host.ts";

type Content = Awaited<ReturnType<HostedTool["call"]>>["content"];
type Schema = HostedTool["listed"]["inputSchema"];
type Form = Extract<Parameters<NonNullable<HostedCall["elicit"]>>[0], { requestedSchema: unknown }>["requestedSchema"];

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const none: Schema = { type: "object", properties: {} };
const said = (text: string): Content => [{ type: "text", text }];

function tool(
  name: string,
  call: (args: Readonly<Record<string, unknown>>, call: HostedCall) => Promise<Content> | Content,
  inputSchema: Schema = none,
): HostedTool {
  return {
    listed: { name, description: `${name} of the conformance suite`, inputSchema },
    call: async (args, context) => ({ content: await call(args, context) }),
  };
}

const fixed: readonly HostedTool[] = [
  tool("test_simple_text", () => said("This is a simple text response for testing.")),
  tool("test_image_content", () => [{ type: "image", data: png, mimeType: "image/png" }]),
  tool("test_audio_content", () => [{ type: "audio", data: wav, mimeType: "audio/wav" }]),
  tool("test_embedded_resource", () => [
    {
      type: "resource",
      resource: {
        uri: "test://embedded-resource",
        mimeType: "text/plain",
        text: "This is an embedded resource content.",
      },
    },
  ]),
  tool("test_multiple_content_types", () => [
    { type: "text", text: "Multiple content types test:" },
    { type: "image", data: png, mimeType: "image/png" },
    {
      type: "resource",
      resource: {
        uri: "test://mixed-content-resource",
        mimeType: "application/json",
        text: JSON.stringify({ test: "data", value: 123 }),
      },
    },
  ]),
  tool("test_error_handling", () => {
    throw new Error("This tool intentionally returns an error for testing");
  }),
  tool("json_schema_2020_12_tool", () => said("checked"), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } },
    },
    properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
    additionalProperties: false,
  }),
];

const living: readonly HostedTool[] = [
  tool("test_tool_with_logging", async (_, { log }) => {
    log("info", "Tool execution started");
    await Bun.sleep(50);
    log("info", "Tool processing data");
    await Bun.sleep(50);
    log("info", "Tool execution completed");
    return said("Logged three times.");
  }),
  tool("test_tool_with_progress", async (_, { progress }) => {
    for (const at of [0, 50, 100]) {
      progress(at, 100);
      await Bun.sleep(50);
    }
    return said("Done.");
  }),
  tool(
    "test_sampling",
    async (args, { sample }) => {
      if (!sample) throw new Error("The client offers no sampling");
      const prompt = z.string().parse(args.prompt);
      const messages = [{ role: "user" as const, content: { type: "text" as const, text: prompt } }];
      const { content } = await sample({ messages, maxTokens: 100 });
      return said(`LLM response: ${content.type === "text" ? content.text : content.type}`);
    },
    { type: "object", properties: { prompt: { type: "string" } }, required: ["prompt"] },
  ),
  tool("test_reconnection", async (_, { letGo }) => {
    letGo?.();
    await Bun.sleep(100);
    return said("Reconnection test completed successfully.");
  }),
];

const text = (description: string) => ({ type: "string" as const, description });
const status = ["active", "inactive", "pending"];
const titled = (names: readonly string[]) => names.map((title, at) => ({ const: `value${at + 1}`, title }));
const options = ["option1", "option2", "option3"];

const asking: readonly HostedTool[] = [
  form("test_elicitation", "User response: ", ({ message }) => ({
    message: z.string().parse(message),
    properties: { username: text("User's response"), email: text("User's email address") },
    required: ["username", "email"],
  })),
  form("test_elicitation_sep1034_defaults", "Elicitation completed: ", () => ({
    message: "Please check these",
    properties: {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: status, default: "active" },
      verified: { type: "boolean", default: true },
    },
  })),
  form("test_elicitation_sep1330_enums", "Elicitation completed: ", () => ({
    message: "Please choose",
    properties: {
      untitledSingle: { type: "string", enum: options },
      titledSingle: { type: "string", oneOf: titled(["First Option", "Second Option", "Third Option"]) },
      legacyEnum: {
        type: "string",
        enum: ["opt1", "opt2", "opt3"],
        enumNames: ["Option One", "Option Two", "Option Three"],
      },
      untitledMulti: { type: "array", items: { type: "string", enum: options } },
      titledMulti: { type: "array", items: { anyOf: titled(["First Choice", "Second Choice", "Third Choice"]) } },
    },
  })),
];

interface Wish extends Omit<Form, "type"> {
  readonly message: string;
}

function form(name: string, prefix: string, wish: (args: Readonly<Record<string, unknown>>) => Wish): HostedTool {
  const inputSchema: Schema = { type: "object", properties: { message: { type: "string" } } };
  return tool(
    name,
    async (args, { elicit }) => {
      if (!elicit) throw new Error("The client offers no elicitation");
      const { message, ...asked } = wish(args);
      const { action, content } = await elicit({ message, requestedSchema: { type: "object", ...asked } });
      return said(`${prefix}action=${action}, content=${JSON.stringify(content ?? {})}`);
    },
    inputSchema,
  );
}

const resources: HostedResources = {
  async list() {
    return [
      { uri: "test://static-text", name: "static text", description: "A text", mimeType: "text/plain" },
      { uri: "test://static-binary", name: "static binary", description: "A picture", mimeType: "image/png" },
      { uri: "test://watched-resource", name: "watched", description: "One that changes", mimeType: "text/plain" },
    ];
  },
  templates: [{ uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" }],
  async read(uri) {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id !== undefined) {
      const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
      return { contents: [{ uri, mimeType: "application/json", text: data }] };
    }
    if (uri === "test://static-binary") return { contents: [{ uri, mimeType: "image/png", blob: png }] };
    if (uri !== "test://static-text") return undefined;
    return { contents: [{ uri, mimeType: "text/plain", text: "This is the content of the static text resource." }] };
  },
  watch: () => ({ [Symbol.dispose]() {} }),
};

type PromptContent = Awaited<ReturnType<HostedPrompt["get"]>>["messages"][number]["content"];

function prompt(
  name: string,
  args: Readonly<Record<string, string>>,
  contents: (given: Readonly<Record<string, string>>) => readonly PromptContent[],
): HostedPrompt {
  const about = Object.entries(args).map(([name, description]) => ({ name, description, required: true }));
  return {
    listed: { name, description: `${name} of the suite`, arguments: about },
    get: async (given) => ({ messages: contents(given).map((content) => ({ role: "user", content })) }),
  };
}

const prompts: readonly HostedPrompt[] = [
  prompt("test_simple_prompt", {}, () => [{ type: "text", text: "This is a simple prompt for testing." }]),
  prompt("test_prompt_with_arguments", { arg1: "First test argument", arg2: "Second test argument" }, (given) => [
    { type: "text", text: `Prompt with arguments: arg1='${given.arg1}', arg2='${given.arg2}'` },
  ]),
  prompt("test_prompt_with_embedded_resource", { resourceUri: "URI of the resource to embed" }, (given) => [
    {
      type: "resource",
      resource: {
        uri: given.resourceUri ?? "",
        mimeType: "text/plain",
        text: "Embedded resource content for testing.",
      },
    },
    { type: "text", text: "Please process the embedded resource above." },
  ]),
  prompt("test_prompt_with_image", {}, () => [
    { type: "image", data: png, mimeType: "image/png" },
    { type: "text", text: "Please analyze the image above." },
  ]),
];

export const conformanceOffer: Offer = {
  name: "sagent-conformance",
  version: "1",
  tools: [...fixed, ...living, ...asking],
  resources,
  prompts,
  complete: async ({ argument }) => ["paris", "park", "party"].filter((each) => each.startsWith(argument.value)),
};
