/**
 * A language server for a toy language, run as a program: `bun fake-language-server.ts OPTIONS`, where the options are JSON.
 * It checks that its client keeps to the protocol, and writes what it hears, and each violation, to a log. A line of the toy
 * language is `def NAME`, `use NAME …` or `bad WORD`; a name that no file defines is an error, and so is what is bad.
 */
import { appendFileSync, writeSync } from "node:fs";
import { LspRules } from "./fake-lsp-rules.ts";
import { Toy } from "./fake-toy.ts";

export interface FakeServerOptions {
  /** Where it notes `heard METHOD` and `violation WHAT`, a line each. */
  readonly log: string;
  readonly encoding?: "utf-16" | "utf-8" | "utf-32";
  /** It tells of errors by itself, and cannot be asked; with the version of the text or without. */
  readonly push?: "versioned" | "bare";
  /** Documents cannot be changed, only opened anew. */
  readonly reopens?: boolean;
  readonly startMs?: number;
  readonly fault?: Fault;
  /** The method at which the fault shows; hover by default. */
  readonly at?: string;
}

export type Fault =
  | "crash"
  | "hang"
  | "garbage"
  | "cut"
  | "huge"
  | "wrong"
  | "busy"
  | "large"
  | "refuses"
  | "asks"
  | "immortal"
  | "works";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: never;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const options: FakeServerOptions = JSON.parse(process.argv[2] ?? "{}");
const note = (line: string) => appendFileSync(options.log, `${line}\n`);
const rules = new LspRules(options.encoding ?? "utf-16", (what) => note(`violation ${what}`));
const toy = new Toy(options.encoding ?? "utf-16", rules.documents);
const faultAt = options.at ?? "textDocument/hover";
let left = options.fault === "busy" ? 2 : 0;
let hangs = false;
let nextAsk = 1;

function send(message: object): void {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  process.stdout.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
}

const capabilities = {
  positionEncoding: options.encoding ?? "utf-16",
  textDocumentSync: { openClose: true, change: options.reopens ? 0 : 2, save: { includeText: false } },
  definitionProvider: true,
  referencesProvider: { workDoneProgress: true },
  hoverProvider: true,
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  renameProvider: { prepareProvider: false },
  ...(!options.push && { diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: true } }),
};

async function take(message: Message): Promise<void> {
  const { id, method, params } = message;
  rules.check(message);
  if (method === undefined)
    return note(`answered ${id} ${JSON.stringify(message.error ? message.error.code : message.result)}`);
  note(`heard ${method}`);
  if (hangs) return;
  if (options.fault && method === faultAt && misbehave(options.fault, id)) return;
  if (method === "initialize") {
    await Bun.sleep(options.startMs ?? 0);
    if (params) toy.open((params as { readonly rootUri: string }).rootUri);
    return send({ id, result: { capabilities, serverInfo: { name: "toy" } } });
  }
  if (method === "initialized") return begin();
  if (method === "workspace/didChangeWatchedFiles") toy.changed(params);
  if (method === "exit" && options.fault !== "immortal") process.exit(rules.wasShutDown ? 0 : 1);
  if (id === undefined) return options.push && method.startsWith("textDocument/did") ? tellErrors() : undefined;
  const result = method === "shutdown" ? null : toy.answer(method, params);
  if (result === undefined) send({ id, error: { code: -32601, message: `${method} is not known` } });
  else send({ id, result });
}

function tellErrors(): void {
  for (const { uri, version, diagnostics } of toy.errorsOfOpen()) {
    const params = { uri, diagnostics, ...(options.push === "versioned" && { version }) };
    send({ method: "textDocument/publishDiagnostics", params });
  }
}

function begin(): void {
  if (options.fault === "asks") {
    const asked = ["workspace/configuration", "client/registerCapability", "workspace/applyEdit", "window/magic"];
    for (const method of asked) {
      const id = rules.asks(`s${nextAsk++}`);
      send({
        id,
        method,
        params: { items: [{ section: "toy.level" }, { section: "none" }], registrations: [], edit: {} },
      });
    }
  }
  if (options.fault === "works") {
    send({ method: "$/progress", params: { token: 1, value: { kind: "begin", title: "Indexing" } } });
    const end = { method: "$/progress", params: { token: 1, value: { kind: "end" } } };
    setTimeout(() => send(end), options.startMs ?? 300);
  }
  if (options.fault === "immortal") {
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) process.on(signal, () => {});
    const child = Bun.spawn(["sh", "-c", "trap '' TERM HUP; sleep 1000 & wait"], { stdin: "ignore" });
    note(`child ${child.pid}`);
    setInterval(() => {}, 1000);
  }
}

/** Whether that was all the answer there is. */
function misbehave(fault: Fault, id: number | undefined): boolean {
  switch (fault) {
    case "crash":
      writeSync(2, "toy: out of blocks\n");
      process.exit(7);
      return true;
    case "hang":
      hangs = true;
      return true;
    case "garbage":
      process.stdout.write("Loading the index...\nplease wait\n");
      return true;
    case "cut":
      process.stdout.write('Content-Length: 40\r\n\r\n{"jsonrpc":"2.0","id":1,"resu');
      process.exit(0);
      return true;
    case "huge":
      process.stdout.write("Content-Length: 900000000\r\n\r\n{");
      return true;
    case "wrong":
      send({ id, result: { contents: 7 } });
      return true;
    case "refuses":
      send({ id, error: { code: -32603, message: "cannot\ndo that" } });
      return true;
    case "large":
      send({ id, result: { contents: "a line of some length\n".repeat(50_000) } });
      return true;
    case "busy":
      if (left-- > 0) send({ id, error: { code: -32801, message: "content modified" } });
      return left >= 0;
    default:
      return false;
  }
}

let held: Buffer = Buffer.alloc(0);
let last: Promise<void> = Promise.resolve();
process.stdin.on("data", (bytes: Buffer) => {
  held = Buffer.concat([held, bytes]);
  for (let end = held.indexOf("\r\n\r\n"); end >= 0; end = held.indexOf("\r\n\r\n")) {
    const header = held.subarray(0, end).toString("latin1");
    const length = Number(/^Content-Length: (\d+)$/.exec(header)?.[1]);
    if (Number.isNaN(length)) note(`violation the header ${header}`);
    if (held.length < end + 4 + length) return;
    const message: Message = JSON.parse(held.subarray(end + 4, end + 4 + length).toString());
    held = held.subarray(end + 4 + length);
    last = last.then(() => take(message));
  }
});
process.stdin.on("end", () => {
  if (options.fault !== "immortal") process.exit(1);
});
