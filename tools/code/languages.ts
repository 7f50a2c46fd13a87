/** Which language a file is in, by its name, and what its code is read with. */
import { basename, extname } from "node:path";

/** A grammar of tree-sitter, as its package names it. */
export type Grammar =
  | "typescript"
  | "tsx"
  | "javascript"
  | "python"
  | "go"
  | "rust"
  | "java"
  | "cpp"
  | "c-sharp"
  | "ruby"
  | "php"
  | "bash";

/** Languages without a grammar here, whose definitions are found line by line. */
export type Plain = "kotlin" | "swift" | "scala" | "dart" | "lua" | "elixir" | "zig";

export interface Language {
  /** As people write it. */
  readonly name: string;
  readonly reader: Grammar | Plain;
}

const languages: readonly (readonly [name: string, reader: Grammar | Plain, extensions: string])[] = [
  ["TypeScript", "typescript", "ts mts cts"],
  ["TypeScript", "tsx", "tsx"],
  ["JavaScript", "javascript", "js jsx mjs cjs"],
  ["Vue", "typescript", "vue"],
  ["Svelte", "typescript", "svelte"],
  ["Python", "python", "py pyi pyw"],
  ["Go", "go", "go"],
  ["Rust", "rust", "rs"],
  ["Java", "java", "java"],
  ["C", "cpp", "c h"],
  ["C++", "cpp", "cc cpp cxx c++ hh hpp hxx h++ ipp inl cu cuh"],
  ["C#", "c-sharp", "cs"],
  ["Ruby", "ruby", "rb rake gemspec"],
  ["PHP", "php", "php"],
  ["Bash", "bash", "sh bash zsh"],
  ["Kotlin", "kotlin", "kt kts"],
  ["Swift", "swift", "swift"],
  ["Scala", "scala", "scala sc"],
  ["Dart", "dart", "dart"],
  ["Lua", "lua", "lua"],
  ["Elixir", "elixir", "ex exs"],
  ["Zig", "zig", "zig"],
];

const byExtension = new Map(
  languages.flatMap(([name, reader, extensions]) =>
    extensions.split(" ").map((extension): [string, Language] => [`.${extension}`, { name, reader }]),
  ),
);

const byName = new Map<string, Language>([
  ["Rakefile", { name: "Ruby", reader: "ruby" }],
  ["Gemfile", { name: "Ruby", reader: "ruby" }],
]);

/** Undefined for what is not code that we read. */
export function languageOf(path: string): Language | undefined {
  return byExtension.get(extname(path).toLowerCase()) ?? byName.get(basename(path));
}

/** In files that mix languages, the lines that are not script are left empty, so that line numbers stay. */
export function scriptOf(path: string, text: string): string {
  const { name } = languageOf(path) ?? {};
  if (name !== "Vue" && name !== "Svelte") return text;
  let script = "";
  let at = 0;
  for (const { index, 0: whole, 1: open = "", 2: body = "" } of text.matchAll(
    /(<script\b[^>]*>)([\s\S]*?)<\/script\s*>/gi,
  )) {
    script += blank(text.slice(at, index + open.length)) + body;
    at = index + whole.length;
  }
  return script;
}

function blank(text: string): string {
  return text.replace(/[^\n]+/g, "");
}
