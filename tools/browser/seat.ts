/** One agent's part of the browser: its own cookies, its tabs, and what happened in them. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Dialog, Download, Page } from "playwright-core";
import type { Workspace } from "../../agent/tool.ts";
import { oneLine, sliceWhole } from "../output.ts";
import { isOfWorkspace } from "./address.ts";
import type { Gateway } from "./gateway.ts";
import { follow, News, Pending } from "./news.ts";

export interface SeatOptions {
  readonly browser: Browser;
  readonly gateway: Gateway;
  /** Where downloads are kept, until the browser ends. */
  readonly directory: string;
  readonly workspace: Workspace;
  /** How pages that the agent had before were lost. */
  readonly lost: string | undefined;
}

/** What the next dialog is answered with. */
export interface DialogAnswer {
  readonly accept: boolean;
  readonly text?: string | undefined;
}

const desktop = { viewport: { width: 1280, height: 800 } };
/** A page that opens so many dialogs within one call is not let go on. */
const mostDialogs = 25;
const mostTabs = 12;

export class Seat {
  readonly news = new News();
  readonly gateway: Gateway;
  readonly workspace: Workspace;
  readonly #options: SeatOptions;
  readonly #pending = new WeakMap<Page, Pending>();
  readonly #downloads: string[] = [];
  #context: BrowserContext | undefined;
  #look: BrowserContextOptions = desktop;
  #tabs: Page[] = [];
  #at = 0;
  #dialogs = 0;
  #answer: DialogAnswer | undefined;
  #readsFiles = false;
  #calls = 0;
  #usedAt = performance.now();

  constructor(options: SeatOptions) {
    this.#options = options;
    this.gateway = options.gateway;
    this.workspace = options.workspace;
    if (options.lost !== undefined) this.news.note(options.lost);
  }

  /** To be called as each call begins, and `rest` as it ends. */
  use(): this {
    this.#calls++;
    this.#dialogs = 0;
    return this;
  }

  rest(): void {
    this.#calls--;
    this.#usedAt = performance.now();
  }

  /** Whether no call has used it for so long. */
  isIdle(ms: number): boolean {
    return this.#calls === 0 && performance.now() - this.#usedAt > ms;
  }

  get tabs(): readonly Page[] {
    return this.#tabs;
  }

  /** The tab that calls are about; undefined where none is open. */
  get page(): Page | undefined {
    return this.#tabs[this.#at];
  }

  get downloads(): readonly string[] {
    return this.#downloads;
  }

  /** The tab that calls are about; a new one where none is open. */
  async open(): Promise<Page> {
    return this.page ?? (await this.openTab());
  }

  async openTab(): Promise<Page> {
    const page = await (await this.#ready()).newPage();
    this.#add(page);
    this.select(page);
    return page;
  }

  select(page: Page): void {
    this.#at = Math.max(0, this.#tabs.indexOf(page));
  }

  isQuiet(page: Page, ms: number): boolean {
    return this.#pending.get(page)?.isQuiet(ms) ?? true;
  }

  answerNext(answer: DialogAnswer): void {
    this.#answer = answer;
  }

  /** Has every file that pages ask for checked from now on; pages of the web cannot ask for any. */
  async readFiles(): Promise<void> {
    const context = await this.#ready();
    if (this.#readsFiles) return;
    this.#readsFiles = true;
    await context.route(
      (url) => url.protocol === "file:",
      (route, request) => (isOfWorkspace(new URL(request.url()), this.workspace) ? route.continue() : route.abort()),
    );
  }

  /** Opens the pages anew with another look, e.g. as a phone; cookies and stores are kept. */
  async reopen(look: BrowserContextOptions): Promise<void> {
    this.#look = { ...desktop, ...look };
    const old = this.#context;
    if (!old) return;
    const urls = this.#tabs.map((page) => page.url());
    const at = this.#at;
    const storageState = await old.storageState();
    await this.close();
    this.#look = { ...this.#look, storageState };
    if (urls.some((url) => url.startsWith("file:"))) await this.readFiles();
    for (const url of urls) {
      const page = await this.openTab();
      if (url !== "about:blank") await page.goto(url, { waitUntil: "load", timeout: 10_000 }).catch(() => {});
    }
    this.#at = Math.min(at, Math.max(0, this.#tabs.length - 1));
  }

  async close(): Promise<void> {
    const context = this.#context;
    this.#context = undefined;
    this.#readsFiles = false;
    this.#tabs = [];
    this.#at = 0;
    await context?.close().catch(() => {});
  }

  async #ready(): Promise<BrowserContext> {
    if (this.#context) return this.#context;
    const context = await this.#options.browser.newContext({ ...this.#look, acceptDownloads: true });
    this.#context = context;
    follow(context, this.news, this.gateway);
    context.on("page", (page) => this.#add(page));
    return context;
  }

  #add(page: Page): void {
    if (this.#tabs.includes(page)) return;
    if (this.#tabs.length >= mostTabs) {
      this.news.note(`A page opened more than ${mostTabs} tabs; the last was closed.`);
      void page.close().catch(() => {});
      return;
    }
    this.#tabs.push(page);
    this.#pending.set(page, new Pending(page));
    void page.opener().then((opener) => {
      if (opener) this.news.note(`A page opened tab ${this.#tabs.indexOf(page) + 1}.`);
    });
    page.on("close", () => this.#remove(page));
    page.on("crash", () => {
      this.news.note(`The page ${oneLine(page.url(), 120)} crashed; its tab was closed. Open it again.`);
      void page.close().catch(() => {});
      this.#remove(page);
    });
    page.on("dialog", (dialog) => void this.#meet(dialog, page));
    page.on("download", (download) => void this.#keep(download));
  }

  #remove(page: Page): void {
    const current = this.page;
    this.#tabs = this.#tabs.filter((each) => each !== page);
    this.#at = current && current !== page ? this.#tabs.indexOf(current) : Math.max(0, this.#tabs.length - 1);
  }

  async #meet(dialog: Dialog, page: Page): Promise<void> {
    const kind = dialog.type();
    if (kind === "beforeunload") return await dialog.accept().catch(() => {});
    this.#dialogs++;
    if (this.#dialogs > mostDialogs) {
      if (this.#dialogs === mostDialogs + 1) {
        this.news.note(`The page kept opening dialogs; its tab was closed.`);
        this.#remove(page);
      }
      return await page.close().catch(() => {});
    }
    const answer = this.#answer ?? { accept: false };
    this.#answer = undefined;
    const done = answer.accept ? dialog.accept(answer.text) : dialog.dismiss();
    await done.catch(() => {});
    const how = answer.accept ? (answer.text === undefined ? "accepted" : "answered") : "dismissed";
    if (this.#dialogs <= 3)
      this.news.note(`A dialog (${kind}) was ${how}. It said: ${JSON.stringify(oneLine(dialog.message(), 200))}`);
  }

  async #keep(download: Download): Promise<void> {
    const name = safeName(download.suggestedFilename());
    const directory = join(this.#options.directory, crypto.randomUUID().slice(0, 8));
    const path = join(directory, name);
    this.news.note(`A download of ${JSON.stringify(name)} began.`);
    try {
      await mkdir(directory, { recursive: true });
      await download.saveAs(path);
      this.#downloads.push(path);
      this.news.note(`Downloaded to ${path}, kept until the browser ends.`);
    } catch {
      const why = await download.failure().catch(() => "the page was closed");
      this.news.note(`The download of ${JSON.stringify(name)} failed: ${why ?? "it could not be saved"}.`);
    }
  }
}

/** The name that a page gives a file, as one that is safe to have on the disk. */
function safeName(name: string): string {
  const flat = oneLine(name, 1_000)
    .replaceAll(/[/\\:*?"<>|]+/g, "_")
    .replace(/^\.+/, "_");
  return sliceWhole(flat, 100) || "download";
}
