/** A project in the toy language, with a server of its own kind that notes what its client does wrong. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyTool, ToolOutput } from "../../../agent/tool.ts";
import { editTool } from "../../../tools/edit.ts";
import { withDiagnostics } from "../../../tools/lsp/after-edit.ts";
import { Languages } from "../../../tools/lsp/languages.ts";
import { LspPool, type PoolTimes } from "../../../tools/lsp/pool.ts";
import { lspTool } from "../../../tools/lsp.ts";
import type { FakeServerOptions } from "../../support/fake-language-server.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { placeAt } from "../tool-bench.ts";

export interface ToyOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly server?: Partial<FakeServerOptions>;
  readonly times?: Partial<PoolTimes>;
  readonly isTrusted?: boolean;
}

export const toyFiles = { "a.toy": "def one\ndef two\nuse one two one\n", "b.toy": "use one\n" };
const program = join(import.meta.dir, "../../support/fake-language-server.ts");

/** How the toy server is declared. */
export function toyServer(log: string, options: Partial<FakeServerOptions> = {}) {
  const command = [process.execPath, program, JSON.stringify({ ...options, log })];
  return { command, extensions: [".toy"], rootMarkers: ["toy.json"] };
}

/** Asserts at its end that the client kept to the protocol. */
export function toyProject({ files = toyFiles, server = {}, times, isTrusted = false }: ToyOptions = {}) {
  const dir = tempDir();
  const outside = tempDir();
  const log = join(outside.path, "log");
  const config = join(outside.path, "lsp.json");
  writeFileSync(config, JSON.stringify({ servers: { toy: toyServer(log, server) } }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text);
  const declared = { own: [config], isTrusted: async () => isTrusted };
  const pool = new LspPool({ declared, ...(times && { times }) });
  const languages = new Languages();
  languages.use(pool);
  const tool = lspTool(languages);
  const place = placeAt(dir.path);
  const heard = () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []);
  return {
    dir: dir.path,
    pool,
    languages,
    tool,
    edit: withDiagnostics(editTool, languages),
    place,
    heard,
    path: (name: string) => join(dir.path, name),
    write: (name: string, text: string) => writeFileSync(join(dir.path, name), text),
    read: (name: string) => readFileSync(join(dir.path, name), "utf8"),
    lsp: (args: Parameters<typeof tool.run>[0]) => place.run(tool, args),
    run: (other: AnyTool, args: object): Promise<ToolOutput> => place.run(other, args as never),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      const violations = heard().filter((line) => line.startsWith("violation"));
      dir[Symbol.dispose]();
      outside[Symbol.dispose]();
      if (violations.length > 0) throw new Error(violations.join("\n"));
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
