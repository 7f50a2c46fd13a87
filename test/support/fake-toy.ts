/** The toy language: names that are defined and used, and what is bad. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { type ToyDocument, widthOf } from "./fake-lsp-rules.ts";

interface Word {
  readonly uri: string;
  readonly name: string;
  readonly isDefinition: boolean;
  readonly range: { readonly start: Position; readonly end: Position };
}

interface Position {
  readonly line: number;
  readonly character: number;
}

const asked = z.object({
  textDocument: z.object({ uri: z.string() }).default({ uri: "" }),
  position: z.object({ line: z.number(), character: z.number() }).default({ line: 0, character: 0 }),
  newName: z.string().default(""),
  query: z.string().default(""),
});

const watched = z.object({ changes: z.array(z.object({ uri: z.string(), type: z.int().min(1).max(3) })).min(1) });

export class Toy {
  readonly #encoding: string;
  readonly #open: ReadonlyMap<string, ToyDocument>;
  readonly #disk = new Map<string, string>();

  constructor(encoding: string, open: ReadonlyMap<string, ToyDocument>) {
    this.#encoding = encoding;
    this.#open = open;
  }

  /** Reads all files of a directory, once: what changes on disk later it has to be told. */
  open(rootUri: string): void {
    const root = fileURLToPath(rootUri);
    for (const name of readdirSync(root)) if (name.endsWith(".toy")) this.#read(pathToFileURL(join(root, name)).href);
  }

  changed(params: unknown): void {
    for (const { uri, type } of watched.parse(params).changes) {
      if (type === 3) this.#disk.delete(uri);
      else if (uri.endsWith(".toy")) this.#read(uri);
    }
  }

  /** Undefined for what it does not know. */
  answer(method: string, params: unknown): unknown {
    const { textDocument, position, newName, query } = asked.parse(params ?? {});
    const { uri } = textDocument;
    const at = this.#wordAt(uri, position);
    const same = this.#words().filter(({ name }) => name === at?.name);
    const definitions = same.filter(({ isDefinition }) => isDefinition);
    switch (method) {
      case "textDocument/definition":
        return definitions.map(({ uri, range }) => ({
          targetUri: uri,
          targetRange: range,
          targetSelectionRange: range,
        }));
      case "textDocument/references":
        return same.map(({ uri, range }) => ({ uri, range }));
      case "textDocument/hover":
        return at ? { contents: { kind: "markdown", value: `the toy ${at.name}` } } : null;
      case "textDocument/documentSymbol":
        return this.#words()
          .filter((word) => word.uri === uri && word.isDefinition)
          .map(({ name, range }) => ({ name, kind: 12, range, selectionRange: range }));
      case "workspace/symbol":
        return this.#words()
          .filter(({ name, isDefinition }) => isDefinition && name.includes(query))
          .map(({ name, uri, range }) => ({ name, kind: 12, containerName: "toys", location: { uri, range } }));
      case "textDocument/rename": {
        const changes = Map.groupBy(same, (word) => word.uri);
        const edits = (words: readonly Word[]) => words.map(({ range }) => ({ range, newText: newName })).reverse();
        return {
          documentChanges: [...changes].map(([uri, words]) => ({
            textDocument: { uri, version: null },
            edits: edits(words),
          })),
        };
      }
      case "textDocument/diagnostic":
        return { kind: "full", items: this.#errorsIn(uri) };
      case "workspace/diagnostic":
        return {
          items: [...this.#texts().keys()].map((uri) => ({
            uri,
            kind: "full",
            version: null,
            items: this.#errorsIn(uri),
          })),
        };
      default:
        return undefined;
    }
  }

  errorsOfOpen() {
    return [...this.#open.values()].map(({ uri, version }) => ({ uri, version, diagnostics: this.#errorsIn(uri) }));
  }

  #errorsIn(uri: string) {
    const defined = new Set(this.#words().flatMap(({ name, isDefinition }) => (isDefinition ? [name] : [])));
    const unknown = this.#words()
      .filter((word) => word.uri === uri && !defined.has(word.name))
      .map(({ name, range }) => ({ range, severity: 1, code: "T1", source: "toy", message: `${name} is not defined` }));
    const lines = (this.#texts().get(uri) ?? "").split("\n");
    const bad = lines.flatMap((line, index) => {
      if (!line.startsWith("bad ")) return [];
      const range = { start: { line: index, character: 0 }, end: { line: index, character: 3 } };
      return [{ range, severity: 1, source: "toy", message: `${line.slice(4)} is bad` }];
    });
    return [...bad, ...unknown];
  }

  #wordAt(uri: string, { line, character }: Position): Word | undefined {
    return this.#words().find(
      (word) =>
        word.uri === uri &&
        word.range.start.line === line &&
        word.range.start.character <= character &&
        character < word.range.end.character,
    );
  }

  #words(): Word[] {
    return [...this.#texts()].flatMap(([uri, text]) =>
      text.split("\n").flatMap((line, index) => {
        if (!/^(?:def|use) /.test(line)) return [];
        const found = line.slice(4).matchAll(/[\p{L}\p{N}_]+/gu);
        return Array.from(found, (match) => this.#word(uri, line, index, match[0], 4 + match.index));
      }),
    );
  }

  #word(uri: string, text: string, line: number, name: string, at: number): Word {
    const character = widthOf(text.slice(0, at), this.#encoding);
    const end = character + widthOf(name, this.#encoding);
    const range = { start: { line, character }, end: { line, character: end } };
    return { uri, name, isDefinition: text.startsWith("def "), range };
  }

  #read(uri: string): void {
    this.#disk.set(uri, readFileSync(fileURLToPath(uri), "utf8"));
  }

  /** As open, else as last seen on disk. */
  #texts(): ReadonlyMap<string, string> {
    const open = [...this.#open.values()].map(({ uri, text }) => [uri, text] as const);
    return new Map([...this.#disk, ...open]);
  }
}
