/** The way to a session's language servers: nothing of it is loaded before it is wanted. */
import type { ToolSettings } from "../settings.ts";
import type { LspPool } from "./pool.ts";

export interface LanguagesOptions {
  /** `SAGENT_LSP` names another file of servers. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the person's `lsp.json` is. */
  readonly configDir?: string | undefined;
  /** Whether the servers of a workspace start by themselves, and those that it declares count. Nowhere, by default. */
  readonly isTrusted?: (root: string) => Promise<boolean>;
  readonly settings?: ToolSettings | undefined;
  /** Takes the servers, to end them with the session. */
  readonly own?: (resource: AsyncDisposable) => void;
}

export class Languages {
  readonly #options: LanguagesOptions;
  #opening: Promise<LspPool> | undefined;
  #pool: LspPool | undefined;

  constructor(options: LanguagesOptions = {}) {
    this.#options = options;
  }

  /** Undefined until it was opened. */
  get pool(): LspPool | undefined {
    return this.#pool;
  }

  /** Has all of them use servers that are there already. */
  use(pool: LspPool): void {
    this.#pool = pool;
    this.#opening = Promise.resolve(pool);
  }

  /** Whether edits are followed by what they broke. */
  get afterEdits(): boolean {
    return this.#options.settings?.get("LSP", "afterEdits") ?? true;
  }

  /** Whether an edit in this workspace may start a server. */
  async startsIn(root: string): Promise<boolean> {
    return (await this.#options.isTrusted?.(root)) ?? false;
  }

  /** The same for all tools and agents. Starts no server. */
  open(): Promise<LspPool> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<LspPool> {
    const { env = {}, configDir, isTrusted, own } = this.#options;
    const { LspPool } = await import("./pool.ts");
    const files = [
      ...(configDir === undefined ? [] : [`${configDir}/lsp.json`]),
      ...(env.SAGENT_LSP ? [env.SAGENT_LSP] : []),
    ];
    this.#pool = new LspPool({ declared: { own: files, ...(isTrusted && { isTrusted }) } });
    own?.(this.#pool);
    return this.#pool;
  }
}
