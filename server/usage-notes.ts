/**
 * What each provider last told each account of its limits, kept from run to run in one file:
 * `[{ "provider", "account"?, "heardAt", "windows" }]`, owner-only. No secret is in it.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { messageOf } from "../agent/error.ts";
import type { AgentEvent } from "../agent/event.ts";
import { lockFile } from "../providers/file-lock.ts";
import { note } from "./output.ts";
import type { UsageNote } from "./usage-notes-schema.ts";

type Env = Readonly<Record<string, string | undefined>>;

const lockWaitMs = 5_000;

/** Directory of what is worth keeping from run to run: `$XDG_STATE_HOME` or `~/.local/state`, with `sagent` in it. */
export function stateDir(env: Env): string {
  const xdg = env.XDG_STATE_HOME;
  const base = xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), ".local", "state");
  return join(base, "sagent");
}

const pathIn = (dir: string) => join(dir, "usage.json");

/** By provider and account; none where there is no file or none that can be read. */
export async function readUsageNotes(env: Env): Promise<UsageNote[]> {
  try {
    const text = await readFile(pathIn(stateDir(env)), "utf8");
    return (await import("./usage-notes-schema.ts")).usageNotesSchema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Keeps what it hears at once; several runs may. A file that cannot be written is said once and harms nothing. */
export class UsageNotes implements AsyncDisposable {
  readonly #env: Env;
  #heard = new Map<string, UsageNote>();
  #saving: Promise<void> | undefined;
  #isBroken = false;

  constructor(env: Env) {
    this.#env = env;
  }

  /** Takes the events of any number of agents. */
  note(event: AgentEvent): void {
    if (event.type !== "limits" || event.windows.length === 0 || this.#isBroken) return;
    const { provider, account, windows, at } = event;
    const heard = { provider, ...(account === undefined ? {} : { account }), heardAt: at, windows };
    this.#heard.set(keyOf(heard), heard);
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
  }

  /** Resolves once all that was heard is kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving;
  }

  async #save(): Promise<void> {
    try {
      while (this.#heard.size > 0) {
        const heard = this.#heard;
        this.#heard = new Map();
        await merge(this.#env, heard);
      }
    } catch (error) {
      this.#isBroken = true;
      note(`what providers tell of their limits is not kept: ${messageOf(error)}`);
    }
  }
}

const keyOf = ({ provider, account = "" }: Pick<UsageNote, "provider" | "account">) => `${provider} ${account}`;

async function merge(env: Env, heard: ReadonlyMap<string, UsageNote>): Promise<void> {
  const dir = stateDir(env);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  using _ = await lockFile(join(dir, "usage.lock"), lockWaitMs);
  const known = new Map((await readUsageNotes(env)).map((each) => [keyOf(each), each]));
  for (const [key, each] of heard) if (each.heardAt >= (known.get(key)?.heardAt ?? 0)) known.set(key, each);
  const sorted = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const draft = `${pathIn(dir)}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify(sorted)}\n`, { mode: 0o600 });
  await rename(draft, pathIn(dir));
}
