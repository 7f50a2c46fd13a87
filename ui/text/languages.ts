/** The languages that code is coloured in, and the names and endings that mean them. */

const names: Readonly<Record<string, readonly string[]>> = {
  typescript: ["ts", "mts", "cts", "typescript"],
  tsx: ["tsx"],
  javascript: ["js", "mjs", "cjs", "javascript", "node"],
  jsx: ["jsx"],
  json: ["json", "jsonc", "json5", "jsonl"],
  python: ["py", "python", "pyi", "python3"],
  rust: ["rs", "rust"],
  go: ["go", "golang"],
  java: ["java"],
  kotlin: ["kt", "kts", "kotlin"],
  swift: ["swift"],
  c: ["c", "h"],
  cpp: ["cpp", "cc", "cxx", "hpp", "c++"],
  csharp: ["cs", "csharp", "c#"],
  ruby: ["rb", "ruby"],
  php: ["php"],
  bash: ["sh", "bash", "zsh", "shell", "console", "shellscript"],
  sql: ["sql"],
  html: ["html", "htm"],
  css: ["css"],
  scss: ["scss", "sass"],
  markdown: ["md", "markdown", "mdx"],
  yaml: ["yaml", "yml"],
  toml: ["toml"],
  xml: ["xml", "svg"],
  dockerfile: ["dockerfile", "docker"],
  diff: ["diff", "patch"],
  lua: ["lua"],
  make: ["makefile", "make", "mk"],
};

const byName = new Map(Object.entries(names).flatMap(([lang, all]) => all.map((name) => [name, lang] as const)));

export const languages: readonly string[] = Object.keys(names);

/** The language that a fence's word or a file's ending means; undefined for none that is coloured. */
export function languageOf(word: string | undefined, path?: string): string | undefined {
  const named = word ? byName.get(word.toLowerCase()) : undefined;
  if (named || path === undefined) return named;
  const file = path.split("/").at(-1)?.toLowerCase() ?? "";
  return byName.get(file) ?? byName.get(file.split(".").at(-1) ?? "");
}
