/** What the page asks about the project and its sessions, each answered by the part that knows it. */
import { realpathSync } from "node:fs";
import { UsageError } from "../agent/error.ts";
import type { MessageId } from "../agent/message.ts";
import type { AgentFacts, CommandRow } from "./api.ts";
import { pageDir } from "./assets.ts";
import { fileResponse } from "./attachments.ts";
import { projectCommands } from "./commands.ts";
import type { Config } from "./config.ts";
import { openEditor } from "./editor.ts";
import { type ExportFormat, exportName, exportSession } from "./export.ts";
import { readPage } from "./export-html.ts";
import { FileIndex } from "./file-index.ts";
import type { ChangeBase, EditorOpening, FileChange, FileDiff, FileView, FoundFile, Tree } from "./file-types.ts";
import { Files } from "./files.ts";
import { findInSessions, type Match } from "./find.ts";
import { forkSession } from "./fork.ts";
import { Git } from "./git.ts";
import type { Span } from "./protocol.ts";
import type { Shelf, ShelfRow } from "./shelf.ts";
import { undoStep } from "./undo.ts";
import type { Workspace } from "./workspace.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface DeskOptions {
  readonly config: Config;
  readonly env: Env;
  /** What an editor gets: no secrets. */
  readonly childEnv: Env;
  readonly shelf: Shelf;
  readonly workspace: Workspace;
}

const mimes: Readonly<Record<ExportFormat, string>> = {
  markdown: "text/markdown; charset=utf-8",
  json: "application/json",
  html: "application/octet-stream",
};

export class Desk implements Disposable {
  readonly config: Config;
  readonly env: Env;
  readonly #childEnv: Env;
  readonly #shelf: Shelf;
  readonly #workspace: Workspace;
  readonly #files: Files;
  readonly #index: FileIndex;

  constructor({ config, env, childEnv, shelf, workspace }: DeskOptions) {
    this.#childEnv = childEnv;
    this.config = config;
    this.env = env;
    this.#shelf = shelf;
    this.#workspace = workspace;
    const root = realpathSync(config.cwd);
    this.#files = new Files(root, new Git(root));
    this.#index = new FileIndex(root);
  }

  /** Passages of the project's sessions, the newest session first. */
  async find(words: string, signal?: AbortSignal): Promise<Match[]> {
    const sessions = await this.#shelf.list();
    return Array.fromAsync(findInSessions(sessions, words, signal ? { signal } : {}));
  }

  findFiles(words: string): Promise<FoundFile[]> {
    return this.#index.find(words, 40);
  }

  tree(path: string): Promise<Tree> {
    return this.#files.tree(path);
  }

  /** A window of a text file, from an offset in bytes or around a line. */
  readFile(path: string, place: { offset?: number; line?: number }): Promise<FileView> {
    return this.#files.read(path, place);
  }

  async rawFile(path: string): Promise<Response> {
    const { bytes, mime } = await this.#files.raw(path);
    return new Response(bytes, { headers: { "content-type": mime, "content-security-policy": "sandbox" } });
  }

  async openEditor(path: string, line?: number): Promise<EditorOpening> {
    return openEditor(await this.#files.locate(path), line, this.#childEnv);
  }

  /** Looks again at what other processes have done to the sessions, and tells every page. */
  refresh(): void {
    this.#workspace.changed();
  }

  async rename(id: string, title: string): Promise<void> {
    await this.#shelf.rename(id, title);
    this.#workspace.changed();
  }

  /** A session at work is not thrown away. */
  async remove(id: string): Promise<void> {
    if (this.#workspace.isWorking(id)) {
      throw new UsageError("This session is at work.", { hint: "Stop it first; then it can be thrown away." });
    }
    await this.#workspace.unload(id);
    await this.#shelf.remove(id);
    this.#workspace.changed();
  }

  async restore(id: string): Promise<void> {
    await this.#shelf.restore(id);
    this.#workspace.changed();
  }

  /** A new session with an agent's conversation, up to and including an entry or all of it. */
  async fork(id: string, upTo?: string, agent?: string): Promise<{ session: string }> {
    if (upTo !== undefined && !isMessageId(upTo)) throw new UsageError(`"${upTo}" is no message.`);
    const { dir } = await this.#whole(id);
    const fork = await forkSession(dir, upTo, agent);
    this.#workspace.changed();
    return { session: fork.id };
  }

  async export(id: string, format: ExportFormat): Promise<Response> {
    const { dir, title } = await this.#whole(id);
    const page = format === "html" ? { page: await readPage(pageDir()) } : {};
    const pieces = exportSession(dir, format, { env: this.env, ...page });
    const name = exportName({ id, title }, format);
    return new Response(streamOf(pieces), {
      headers: { "content-type": mimes[format], "content-disposition": `attachment; filename="${name}"` },
    });
  }

  /** Who worked when, all that is remembered of it. */
  async spans(id: string): Promise<readonly Span[]> {
    return (await this.#workspace.load(id)).hub.spans;
  }

  async agent(id: string, label: string): Promise<AgentFacts> {
    const { fleet, extensions } = (await this.#workspace.load(id)).composed;
    return { tools: fleet.get(label) ? fleet.report(label).tools : [], instructions: extensions.instructions };
  }

  /** Commands that somebody wrote: as a loaded session knows them, or as they are on the disk. */
  commands(id: string | undefined): readonly CommandRow[] {
    const here = id === undefined ? undefined : this.#workspace.get(id);
    const all = here?.composed.extensions.commands.listed ?? projectCommands(this.config, this.env).all;
    return all.map(({ name, description, usage, from }) => ({ name, description, usage, from }));
  }

  async changes(id: string): Promise<FileChange[]> {
    return (await this.#workspace.load(id)).changes.changes();
  }

  async diff(id: string, path: string, against: ChangeBase): Promise<FileDiff> {
    return (await this.#workspace.load(id)).changes.diff(path, against);
  }

  /** Takes back what a call did to files. */
  async undo(id: string, agent: string, call: string): Promise<{ paths: readonly string[] }> {
    const files = (await this.#workspace.load(id)).hub.changesOf(agent, call);
    if (files.length === 0) throw new UsageError("This call changed no file.");
    return { paths: await undoStep(files) };
  }

  /** A session whose file holds all that was said in it so far. */
  async #whole(id: string): Promise<ShelfRow> {
    const row = await this.#shelf.get(id);
    await this.#workspace.get(id)?.composed.session?.flush();
    return row;
  }

  /** A file that a message carries. */
  async file({
    id,
    agent,
    entry,
    index,
  }: {
    id: string;
    agent: string;
    entry: string;
    index: number;
  }): Promise<Response> {
    const { hub } = await this.#workspace.load(id);
    return fileResponse(hub.file(agent, entry, index));
  }

  [Symbol.dispose](): void {
    this.#index[Symbol.dispose]();
  }
}

const isMessageId = (text: string): text is MessageId => /^m\d+$/.test(text);

/** Asks for a piece only when the reader wants one. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
}
