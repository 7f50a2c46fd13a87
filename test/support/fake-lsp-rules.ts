/** What a client of the Language Server Protocol has to keep to. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export interface ToyDocument {
  readonly uri: string;
  version: number;
  text: string;
}

const position = z.object({ line: z.int().nonnegative(), character: z.int().nonnegative() });
const documentAt = z.object({ textDocument: z.object({ uri: z.string() }), position: position.optional() });
const opened = z.object({
  textDocument: z.object({ uri: z.string(), languageId: z.string().min(1), version: z.int(), text: z.string() }),
});
const changed = z.object({
  textDocument: z.object({ uri: z.string(), version: z.int() }),
  contentChanges: z.array(z.strictObject({ text: z.string() })).length(1),
});
const initialize = z.object({
  processId: z.int(),
  rootUri: z.string().startsWith("file:///"),
  capabilities: z.object({ general: z.object({ positionEncodings: z.array(z.string()) }) }),
});

export class LspRules {
  readonly documents = new Map<string, ToyDocument>();
  wasShutDown = false;
  readonly #encoding: string;
  readonly #complain: (what: string) => void;
  readonly #ids = new Set<number>();
  readonly #asked = new Set<string>();
  readonly #versions = new Map<string, number>();
  #stage: "new" | "initializing" | "running" = "new";

  constructor(encoding: string, complain: (what: string) => void) {
    this.#encoding = encoding;
    this.#complain = complain;
  }

  /** Notes a request of the server's own, whose answer is due. */
  asks(id: string): string {
    this.#asked.add(id);
    return id;
  }

  check(message: { readonly id?: number | string; readonly method?: string; readonly params?: unknown }): void {
    const { id, method, params } = message;
    this.#must(Reflect.get(message, "jsonrpc") === "2.0", "a message that is not of JSON-RPC 2.0");
    if (method === undefined)
      return this.#must(this.#asked.delete(String(id)), `an answer to ${id}, which nobody asked`);
    if (id !== undefined) {
      this.#must(typeof id === "number" && !this.#ids.has(id), `the id ${id} twice`);
      this.#ids.add(Number(id));
    }
    this.#checkStage(method, id !== undefined);
    this.#checkParams(method, params);
  }

  #checkStage(method: string, isRequest: boolean): void {
    if (method === "initialize") {
      this.#must(this.#stage === "new", "initialize twice");
      this.#stage = "initializing";
    } else if (method === "initialized") {
      this.#must(this.#stage === "initializing", "initialized before initialize");
      this.#stage = "running";
    } else if (method !== "exit") {
      this.#must(this.#stage === "running", `${method} before initialized`);
    }
    if (method === "shutdown") this.#must(isRequest, "shutdown that asks for nothing");
    if (method === "exit") this.#must(this.wasShutDown, "exit without shutdown");
    else this.#must(!this.wasShutDown, `${method} after shutdown`);
    if (method === "shutdown") this.wasShutDown = true;
  }

  #checkParams(method: string, params: unknown): void {
    switch (method) {
      case "initialize": {
        const { data } = initialize.safeParse(params);
        const { positionEncodings = [] } = data?.capabilities.general ?? {};
        return this.#must(positionEncodings.includes(this.#encoding), "initialize without what is needed");
      }
      case "textDocument/didOpen":
        return this.#open(opened.parse(params).textDocument);
      case "textDocument/didChange":
        return this.#change(changed.parse(params));
      case "textDocument/didSave":
        return this.#must(this.#isOpen(params), "didSave of what is not open");
      case "textDocument/didClose":
        this.#must(this.#isOpen(params), "didClose of what is not open");
        this.documents.delete(documentAt.parse(params).textDocument.uri);
        return;
      case "$/cancelRequest":
        return this.#must(this.#ids.has(z.object({ id: z.number() }).parse(params).id), "a cancel of nothing");
      default:
        if (method.startsWith("textDocument/")) this.#ask(method, documentAt.parse(params));
    }
  }

  #open({ uri, version, text }: z.infer<typeof opened>["textDocument"]): void {
    this.#must(!this.documents.has(uri), "didOpen of what is open");
    this.#count(uri, version);
    this.documents.set(uri, { uri, version, text });
  }

  #change({ textDocument: { uri, version }, contentChanges }: z.infer<typeof changed>): void {
    const document = this.documents.get(uri);
    if (!document) return this.#complain("didChange of what is not open");
    this.#count(uri, version);
    document.version = version;
    document.text = contentChanges[0]?.text ?? "";
  }

  #count(uri: string, version: number): void {
    this.#must(version > (this.#versions.get(uri) ?? 0), `version ${version} of ${uri} is not later than the last`);
    this.#versions.set(uri, version);
  }

  /** Whoever asks for a place has shown the text as it is on disk, and the place is in it. */
  #ask(method: string, { textDocument: { uri }, position: at }: z.infer<typeof documentAt>): void {
    const document = this.documents.get(uri);
    if (!document) return this.#complain(`${method} of what is not open`);
    const path = fileURLToPath(uri);
    const isCurrent = existsSync(path) && readFileSync(path, "utf8") === document.text;
    if (method !== "textDocument/diagnostic") this.#must(isCurrent, `${method} of a text that is not on disk`);
    if (!at) return;
    const line = document.text.split("\n")[at.line] ?? "";
    this.#must(at.character <= widthOf(line, this.#encoding), `${method} behind the end of a line`);
  }

  #isOpen(params: unknown): boolean {
    return this.documents.has(documentAt.parse(params).textDocument.uri);
  }

  #must(holds: boolean, what: string): void {
    if (!holds) this.#complain(what);
  }
}

export function widthOf(text: string, encoding: string): number {
  if (encoding === "utf-8") return Buffer.byteLength(text);
  return encoding === "utf-32" ? Array.from(text).length : text.length;
}
