/** One running language server: started, talked to and ended. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../agent/error.ts";
import { answerServer, clientCapabilities, foldersOf } from "./answers.ts";
import { Child } from "./child.ts";
import { Connection, type RequestOptions } from "./connection.ts";
import { Disk } from "./disk.ts";
import { Documents } from "./documents.ts";
import { GoneError, RefusedError, SlowError } from "./errors.ts";
import { binDirs, type FoundServer } from "./find.ts";
import { uriOf } from "./position.ts";
import { type Capabilities, type Encoding, initializeSchema } from "./protocol.ts";
import { Reports } from "./reports.ts";
import { Work } from "./work.ts";

export interface ServerTimes {
  readonly startMs: number;
  readonly requestMs: number;
}

export interface ServerOptions {
  readonly found: FoundServer;
  readonly env: Readonly<Record<string, string>>;
  readonly times: ServerTimes;
  /** It ended without having been told to; how, in a sentence. */
  readonly onEnd: (how: string) => void;
}

/** An answer that only has to be asked for again is asked for so often. */
const mostTries = 6;

export class LanguageServer implements AsyncDisposable {
  readonly found: FoundServer;
  readonly documents: Documents;
  readonly reports = new Reports();
  readonly work = new Work();
  /** Resolves once it can be asked. Rejects with a `LanguageServerError` where it does not get so far. */
  readonly ready: Promise<void>;
  readonly #options: ServerOptions;
  readonly #connection: Connection;
  readonly #disk: Disk;
  #child: Child | undefined;
  #capabilities: Capabilities = {};
  #state: "starting" | "ready" | "ending" | "gone" = "starting";
  #end: Promise<void> | undefined;

  constructor(options: ServerOptions) {
    const { found, env } = options;
    this.#options = options;
    this.found = found;
    this.#disk = new Disk(found);
    const { root, spec } = found;
    this.#connection = new Connection({
      name: this.name,
      write: (bytes) => this.#child?.write(bytes),
      answer: (method, params) => answerServer(method, params, { root, settings: spec.settings ?? {} }),
      onNotification: (method, params) => this.#notice(method, params),
      onBroken: (why) => this.#fail(`${this.name} ${why}, and was ended.`),
    });
    const { notify, server } = { notify: this.#connection.notify.bind(this.#connection), server: this };
    this.documents = new Documents({
      notify,
      changed: (document) => this.reports.changed(document),
      get canChange() {
        return server.#syncKind !== 0;
      },
      get wantsSaves() {
        const { textDocumentSync } = server.#capabilities;
        return typeof textDocumentSync === "object" && Boolean(textDocumentSync?.save);
      },
    });
    this.ready = this.#start(env);
    this.ready.catch(() => {});
  }

  get name(): string {
    return this.found.spec.name;
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  get isGone(): boolean {
    return this.#state === "gone" || this.#state === "ending";
  }

  get encoding(): Encoding {
    return this.#capabilities.positionEncoding ?? "utf-16";
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the server does what this capability stands for. */
  can(capability: keyof Capabilities): boolean {
    return Boolean(this.#capabilities[capability]);
  }

  get canReportAll(): boolean {
    return this.#capabilities.diagnosticProvider?.workspaceDiagnostics === true;
  }

  /** Tells the server what was changed on disk, open or not. */
  async refresh(signal: AbortSignal): Promise<void> {
    const [changes] = await Promise.all([this.#disk.look(signal), this.documents.syncAll()]);
    if (changes.length > 0) this.#connection.notify("workspace/didChangeWatchedFiles", { changes });
  }

  /** Asks, again where the answer was only put off. Rejects with a `LanguageServerError`. */
  async request<Schema extends z.ZodType>(
    method: string,
    params: object,
    schema: Schema,
    { signal, timeoutMs = this.#options.times.requestMs }: Pick<RequestOptions, "signal"> & { timeoutMs?: number },
  ): Promise<z.output<Schema>> {
    const asked = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#connection.request(method, params, schema, { signal, timeoutMs });
      } catch (error) {
        const isPatient = timeoutMs >= this.#options.times.requestMs;
        if (error instanceof SlowError && isPatient && this.#connection.heardAt < asked) this.#hung(error);
        if (!(error instanceof RefusedError && error.isPassing && tries < mostTries)) throw error;
        await Bun.sleep(50 * tries);
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop({ told: true });
  }

  get #syncKind(): number {
    const { textDocumentSync } = this.#capabilities;
    return (typeof textDocumentSync === "object" ? textDocumentSync?.change : textDocumentSync) ?? 0;
  }

  async #start(env: Readonly<Record<string, string>>): Promise<void> {
    const { root, argv, spec } = this.found;
    try {
      this.#child = new Child({
        argv,
        cwd: root,
        env: withOwnPrograms(env, root),
        onOutput: (bytes) => this.#connection.receive(bytes),
        onExit: (how) => this.#gone(how),
      });
    } catch (error) {
      this.#state = "gone";
      const how = `${this.name} could not be started: ${messageOf(error)}.`;
      this.#options.onEnd(how);
      throw new GoneError(how);
    }
    const params = {
      processId: process.pid,
      clientInfo: { name: "sagent" },
      rootUri: uriOf(root),
      workspaceFolders: foldersOf(root),
      capabilities: clientCapabilities,
      initializationOptions: spec.settings ?? null,
    };
    const { startMs: timeoutMs } = this.#options.times;
    const signal = new AbortController().signal;
    try {
      const started = await this.#connection.request("initialize", params, initializeSchema, { signal, timeoutMs });
      this.#capabilities = started.capabilities;
    } catch (error) {
      this.#fail(messageOf(error));
      throw error;
    }
    this.#connection.notify("initialized", {});
    if (spec.settings) this.#connection.notify("workspace/didChangeConfiguration", { settings: spec.settings });
    await this.#disk.look(signal);
    if (this.isGone) throw new GoneError(`${this.name} was ended.`);
    this.#state = "ready";
  }

  #notice(method: string, params: unknown): void {
    if (method === "textDocument/publishDiagnostics") this.reports.publish(params);
    if (method === "$/progress") this.work.take(params);
  }

  /** One that says nothing at all for so long is not asked again. */
  #hung(error: SlowError): never {
    const how = `${error.message} It said nothing at all meanwhile and was ended; the next call starts it anew.`;
    this.#fail(how);
    throw new GoneError(how);
  }

  /** Ends a server that does not keep to the protocol. */
  #fail(how: string): void {
    if (this.isGone) return;
    this.#options.onEnd(how);
    void this.#stop({ told: false });
  }

  #gone(how: string): void {
    if (this.#state !== "ending") this.#options.onEnd(`${this.name} ${how}.`);
    this.#state = "gone";
    this.work.clear();
    this.#connection.close(how);
  }

  #stop({ told }: { readonly told: boolean }): Promise<void> {
    this.#end ??= this.#doStop(told && this.#state === "ready");
    return this.#end;
  }

  async #doStop(politely: boolean): Promise<void> {
    if (this.#state !== "gone") this.#state = "ending";
    if (politely) {
      const options = { signal: new AbortController().signal, timeoutMs: 1000 };
      const told = this.#connection.request("shutdown", undefined, z.unknown(), options);
      const isTold = await told.then(
        () => true,
        (error: unknown) => error instanceof RefusedError,
      );
      if (isTold) this.#connection.notify("exit");
      await this.#child?.end({ told: isTold });
    } else {
      await this.#child?.end({ told: false });
    }
    this.#state = "gone";
  }
}

/** The environment with the project's own programs in front, as its tools expect to be run. */
function withOwnPrograms(env: Readonly<Record<string, string>>, root: string): Record<string, string> {
  const own = binDirs.map((dir) => join(root, dir)).filter(existsSync);
  return { ...env, PATH: [...own, env.PATH ?? ""].join(delimiter) };
}
