/** A home with a cache of its own, and a hub that it fetches from. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type FakeHub, startHub } from "../providers/local/fake-hub.ts";
import { testModel } from "../support/local-model.ts";
import { must } from "../support/must.ts";
import { until } from "../support/until.ts";
import { freshHome, type Home, main } from "./program.ts";

export interface WeightsRig extends Disposable {
  readonly home: Home;
  readonly hub: FakeHub;
  /** Where a file of the cache is. */
  cached(name: string): string;
  /** Puts a file into the cache. */
  put(name: string, content: string | Uint8Array): void;
  /** Puts the small real model there, under its own name: a link to the one that all tests share. */
  putModel(): Promise<void>;
}

export async function weightsRig(): Promise<WeightsRig> {
  const home = freshHome();
  const hub = await startHub();
  Object.assign(home.env, { HF_ENDPOINT: hub.url });
  const cached = (name: string) => join(must(home.env.XDG_CACHE_HOME), "sagent/models", name);
  const folderOf = (path: string) => mkdirSync(dirname(path), { recursive: true });
  return {
    home,
    hub,
    cached,
    put(name, content) {
      folderOf(cached(name));
      writeFileSync(cached(name), content);
    },
    async putModel() {
      const file = "SmolLM2-135M-Instruct.Q4_1.gguf";
      folderOf(cached(file));
      symlinkSync(await testModel(), cached(file));
    },
    [Symbol.dispose]() {
      hub[Symbol.dispose]();
      home[Symbol.dispose]();
    },
  };
}

/** Begins as GGUF files do, and holds nothing. */
export function fakeWeights(bytes: number): Buffer {
  return Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(bytes - 4, "weights ")]);
}

export interface OnTerminal {
  readonly code: number | null;
  readonly shown: string;
}

/** Runs the program at a terminal to its end; `answer` is typed once what is shown ends with `question`. */
export async function onTerminal(
  home: Home,
  args: readonly string[],
  typed?: { readonly question: string; readonly answer: string },
): Promise<OnTerminal> {
  const pieces: string[] = [];
  const shown = () => pieces.join("");
  const program = Bun.spawn([process.execPath, main, ...args], {
    cwd: home.project,
    env: { ...home.env, TERM: "dumb" },
    terminal: { cols: 200, rows: 60, data: (_, bytes) => void pieces.push(Buffer.from(bytes).toString()) },
  });
  if (typed) {
    await until(() => shown().trimEnd().endsWith(typed.question));
    program.terminal?.write(typed.answer);
  }
  await program.exited;
  await until(() => shown().endsWith("\n"));
  program.terminal?.close();
  return { code: program.exitCode, shown: shown() };
}
