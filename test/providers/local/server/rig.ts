/** A machine with the fake llama-server on its path and a file that begins as weights do. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tempDir } from "../../../support/temp-dir.ts";

export interface Machine extends Disposable {
  readonly path: string;
  readonly weights: string;
  readonly program: string;
  /** What its variables say, with a secret that is not for children. */
  readonly env: Record<string, string>;
  /** Each start of the server, in order. */
  starts(): { readonly pid: number; readonly argv: readonly string[]; readonly env: readonly string[] }[];
}

export function machine(more: Readonly<Record<string, string>> = {}): Machine {
  const temp = tempDir();
  const at = (name: string) => join(temp.path, name);
  mkdirSync(at("bin"));
  const [weights, program, log] = [at("tiny.gguf"), at("bin/llama-server"), at("starts.jsonl")];
  writeFileSync(weights, "GGUF and nothing else");
  const script = join(import.meta.dir, "fake-llama-server.ts");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(program, 0o755);
  const path = `${at("bin")}:${dirname(process.execPath)}:/usr/bin:/bin`;
  const env = { PATH: path, HOME: temp.path, ANTHROPIC_API_KEY: "no-key-for-a-child", FAKE_LOG: log, ...more };
  return {
    path: temp.path,
    weights,
    program,
    env,
    starts: () =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [],
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  };
}
