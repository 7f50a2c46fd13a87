/**
 * A server of the Model Context Protocol, by hand, that holds its client to the protocol: the handshake comes first and
 * once, ids are used once, a cancelled request is one that runs, nothing is asked for that was not offered. `faults` make it
 * a bad one. `fake-mcp-stdio.ts` and `fake-mcp-http.ts` put it on a wire.
 */
import { z } from "zod";
import { FakeTasks } from "./fake-mcp-tasks.ts";
import { bad, type Fault, type Fields, form, hostileWords, listed, object, picture, text } from "./fake-mcp-tools.ts";

type Id = string | number;

const messageSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
});
export type Message = z.infer<typeof messageSchema>;

const callSchema = z.looseObject({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  task: z.looseObject({}).optional(),
  _meta: z.looseObject({ progressToken: z.union([z.string(), z.number()]).optional() }).optional(),
});

export interface FakeOptions {
  readonly faults?: readonly Fault[];
  /** Sends a message; `about` is the request that it belongs to. */
  readonly send: (message: Message, about?: Id) => void;
  readonly crash?: () => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export class FakeMcp {
  /** What came that a well-behaved client does not send. */
  readonly violations: string[] = [];
  /** Arguments of every call, by tool. */
  readonly calls: { readonly name: string; readonly args: Fields }[] = [];
  readonly cancelled: Id[] = [];
  readonly #tasks = new FakeTasks();
  readonly #options: FakeOptions;
  readonly #seen = new Set<Id>();
  readonly #running = new Map<Id, () => void>();
  readonly #asked = new Map<Id, (answer: Message) => void>();
  #state: "new" | "greeted" | "ready" = "new";
  #offers: Fields = {};
  #count = 0;
  #grown = 0;

  constructor(options: FakeOptions) {
    this.#options = options;
  }

  async receive(raw: unknown): Promise<void> {
    const parsed = messageSchema.safeParse(raw);
    if (!parsed.success) return void this.violations.push(`no message: ${JSON.stringify(raw)}`);
    const message = parsed.data;
    const { id, method } = message;
    if (method === undefined) return this.#answered(message);
    if (id === undefined) return this.#notified(method, message.params ?? {});
    if (this.#seen.has(id)) this.violations.push(`the id ${id} twice`);
    this.#seen.add(id);
    if (this.#state !== "ready" && method !== "initialize" && method !== "ping") {
      this.violations.push(`${method} before the handshake`);
    }
    try {
      const result = await this.#handle(method, message.params ?? {}, id);
      if (result) this.#options.send({ jsonrpc: "2.0", id, result }, id);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.#options.send({ jsonrpc: "2.0", id, error: { code: -32_602, message: said } }, id);
    }
  }

  #has(fault: Fault): boolean {
    return this.#options.faults?.includes(fault) ?? false;
  }

  #answered(message: Message): void {
    const { id } = message;
    const waiting = id === undefined ? undefined : this.#asked.get(id);
    if (!waiting || id === undefined) return void this.violations.push(`an answer to nothing: ${id}`);
    this.#asked.delete(id);
    waiting(message);
  }

  #notified(method: string, params: Fields): void {
    if (method === "notifications/initialized") {
      if (this.#state !== "greeted") this.violations.push("initialized out of turn");
      this.#state = "ready";
      return;
    }
    if (method !== "notifications/cancelled") return;
    const id = params.requestId;
    const stop = typeof id === "string" || typeof id === "number" ? this.#running.get(id) : undefined;
    if (!stop || (typeof id !== "string" && typeof id !== "number")) return;
    this.cancelled.push(id);
    stop();
  }

  async #handle(method: string, params: Fields, id: Id): Promise<Fields | undefined> {
    switch (method) {
      case "initialize":
        return this.#initialize(params);
      case "ping":
      case "logging/setLevel":
        return {};
      case "tools/list":
        return this.#list(params);
      case "tools/call":
        return this.#call(params, id);
      case "resources/list":
        return {
          resources: [{ uri: "note://one", name: "one", description: "The first note", mimeType: "text/plain" }],
        };
      case "resources/templates/list":
        return { resourceTemplates: [{ uriTemplate: "note://{name}", name: "notes" }] };
      case "resources/read":
        if (params.uri !== "note://one") throw new Error(`There is no ${String(params.uri)}`);
        return { contents: [{ uri: "note://one", mimeType: "text/plain", text: "Remember the milk." }] };
      case "prompts/list":
        return {
          prompts: [{ name: "greet", description: "Greets somebody", arguments: [{ name: "who", required: true }] }],
        };
      case "prompts/get":
        return this.#prompt(params);
      case "tasks/get":
      case "tasks/result":
        return this.#tasks.handle(method, params);
      case "tasks/cancel":
        this.cancelled.push(String(params.taskId));
        return this.#tasks.handle(method, params);
      default:
        throw new Error(`No method ${method}`);
    }
  }

  #initialize(params: Fields): Fields | undefined {
    if (this.#state !== "new") this.violations.push("a second handshake");
    this.#state = "greeted";
    this.#offers = z.looseObject({ capabilities: z.looseObject({}) }).parse(params).capabilities;
    if (this.#has("deaf")) return undefined;
    return {
      protocolVersion: "2025-11-25",
      capabilities: { tools: { listChanged: true }, resources: {}, prompts: {}, logging: {} },
      serverInfo: { name: "fake", version: "1" },
      instructions: this.#has("words") ? hostileWords : "Be kind to the fake.",
    };
  }

  #prompt(params: Fields): Fields {
    const { name, arguments: args = {} } = z
      .looseObject({ name: z.string(), arguments: z.record(z.string(), z.string()).optional() })
      .parse(params);
    if (name !== "greet" || args.who === undefined) throw new Error("The prompt needs who");
    return { messages: [{ role: "user", content: { type: "text", text: `Say hello to ${args.who}.` } }] };
  }

  /** Two pages, so that a client that takes the first for all is found out. */
  #list(params: Fields): Fields {
    if (this.#has("badList")) return { tools: "none" };
    const all: Fields[] = [...listed, ...bad(this.#options.faults ?? [])];
    for (let at = 1; at <= this.#grown; at += 1) {
      all.push({ name: `grown${at}`, description: `Was not there before, number ${at}.`, inputSchema: object({}) });
    }
    const half = Math.ceil(all.length / 2);
    return params.cursor === "2" ? { tools: all.slice(half) } : { tools: all.slice(0, half), nextCursor: "2" };
  }

  async #call(params: Fields, id: Id): Promise<Fields | undefined> {
    const { name, arguments: args, _meta: meta, task } = callSchema.parse(params);
    this.calls.push({ name, args });
    switch (name) {
      case "echo":
        return text(String(args.text));
      case "add":
        return this.#has("noOutput")
          ? { content: [], structuredContent: { total: 1 } }
          : { content: [], structuredContent: { sum: Number(args.a) + Number(args.b) } };
      case "dig":
        if (!task) throw new Error("It works only as a task");
        return this.#tasks.begin(String(args.how));
      case "picture":
        return picture;
      case "slow":
        return this.#slow(id, meta?.progressToken);
      case "hang":
        return undefined;
      case "ask":
        return this.#ask(id, "elicitation/create", { mode: "form", message: "Who are you?", requestedSchema: form });
      case "visit": {
        const address = { elicitationId: "e1", url: "https://example.com/pay?order=1" };
        return this.#ask(id, "elicitation/create", { mode: "url", message: "Please pay", ...address });
      }
      case "think": {
        const messages = [{ role: "user", content: { type: "text", text: String(args.text) } }];
        return this.#ask(id, "sampling/createMessage", { messages, maxTokens: 100 });
      }
      case "roots":
        return this.#ask(id, "roots/list", {});
      case "log":
        this.#tell("notifications/message", { level: "info", logger: "fake", data: "half way" }, id);
        return text("told");
      case "fail":
        return { ...text("The disk is full."), isError: true };
      case "crash":
        this.#options.crash?.();
        return undefined;
      case "grow":
        this.#grown += 1;
        this.#tell("notifications/tools/list_changed", {});
        return text("grown");
      case "environment":
        return text(this.#options.env?.[String(args.name)] ?? "(not set)");
      case "big":
        return text("word ".repeat(Number(args.chars) / 5));
      default:
        throw new Error(`Unknown tool: ${name}`);
    }
  }

  async #slow(id: Id, progressToken: Id | undefined): Promise<Fields | undefined> {
    if (progressToken === undefined) throw new Error("No progress token");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(id, resolve);
    this.#tell("notifications/progress", { progressToken, progress: 1, total: 2, message: "digging" }, id);
    await promise;
    return undefined;
  }

  #tell(method: string, params: Fields, about?: Id): void {
    this.#options.send({ jsonrpc: "2.0", method, params }, about);
  }

  /** The client's answer, as the text of a result. */
  async #ask(about: Id, method: string, params: Fields): Promise<Fields> {
    const offer = method.split("/")[0] ?? "";
    if (!(offer in this.#offers)) throw new Error(`The client does not offer ${offer}`);
    this.#count += 1;
    const id = `ask-${this.#count}`;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#asked.set(id, resolve);
    this.#options.send({ jsonrpc: "2.0", id, method, params }, about);
    const { result, error } = await promise;
    return text(JSON.stringify(result ?? { error: error?.message }));
  }
}
