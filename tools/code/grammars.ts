/** Loads the parser, and each grammar when the first file needs it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Parser, Tree } from "@vscode/tree-sitter-wasm";
import { type Plan, planOf } from "./extract.ts";
import type { Grammar } from "./languages.ts";
import { rulesOf } from "./rules.ts";

interface Loaded {
  readonly parser: Parser;
  readonly plan: Plan;
}

export class Grammars {
  #library: Promise<typeof import("@vscode/tree-sitter-wasm")> | undefined;
  readonly #loaded = new Map<Grammar, Promise<Loaded>>();

  load(grammar: Grammar): Promise<Loaded> {
    const known = this.#loaded.get(grammar);
    if (known) return known;
    const loaded = this.#load(grammar);
    this.#loaded.set(grammar, loaded);
    return loaded;
  }

  async #load(grammar: Grammar): Promise<Loaded> {
    this.#library ??= loadLibrary();
    const { Parser, Language } = await this.#library;
    const file = fileURLToPath(import.meta.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`));
    const language = await Language.load(readFileSync(file));
    const parser = new Parser();
    parser.setLanguage(language);
    return { parser, plan: planOf(rulesOf[grammar], language.types) };
  }
}

async function loadLibrary(): Promise<typeof import("@vscode/tree-sitter-wasm")> {
  const module = await import("@vscode/tree-sitter-wasm");
  await module.Parser.init();
  return module;
}

/** Undefined when the deadline passes first (`performance.now()`). */
export function parse(parser: Parser, text: string, deadlineMs: number): Tree | undefined {
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadlineMs });
  if (!tree) parser.reset();
  return tree ?? undefined;
}
