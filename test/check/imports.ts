/** Finds what a source file imports: static, `import type`, re-exports, dynamic, `typeof import()` and `require`. */

export interface Import {
  /** As written; undefined when it is computed and so cannot be checked. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** True when it exists for types only and is gone at run time. */
  readonly typeOnly: boolean;
}

const statement = /(?<![\w$.])(?:import|export)\b([^;"'`()]*?)\bfrom\s*["']([^"'\n]+)["']/g;
const bare = /(?<![\w$.])import\s*["']([^"'\n]+)["']/g;
const call = /(?<![\w$.])(?:(typeof)\s+)?(?:import|require)\s*\(\s*(?:(["'`])([^"'`$\n]+)\2)?/g;
const commentLine = /^[ \t]*(?:\/\/|\*|\/\*(?!.*\*\/)).*$/gm;

/** Reads text, not syntax: it may see an import in a string that is none, but misses none that is there. */
export function importsOf(source: string): Import[] {
  const text = source.replace(commentLine, "");
  const lineAt = (index: number) => text.slice(0, index).split("\n").length;
  const found: Import[] = [];
  for (const match of text.matchAll(statement)) {
    const typeOnly = isTypeOnly(match[1] ?? "");
    found.push({ specifier: match[2], line: lineAt(match.index), typeOnly });
  }
  for (const match of text.matchAll(bare)) {
    found.push({ specifier: match[1], line: lineAt(match.index), typeOnly: false });
  }
  for (const match of text.matchAll(call)) {
    found.push({ specifier: match[3], line: lineAt(match.index), typeOnly: match[1] === "typeof" });
  }
  return found;
}

/** `type X`, or braces in which every name is marked `type`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names =
    /^\s*\{([^}]*)\}\s*$/
      .exec(clause)?.[1]
      ?.split(",")
      .map((name) => name.trim()) ?? [];
  return names.some(Boolean) && names.filter(Boolean).every((name) => name.startsWith("type "));
}
