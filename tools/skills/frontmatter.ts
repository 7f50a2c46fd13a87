/** The head of a Markdown file that is between two lines of `---`, as skills and commands have it. */

export interface Frontmatter {
  /** Keys as they are written; empty where there is no head. */
  readonly head: Readonly<Record<string, unknown>>;
  /** What stands behind it. */
  readonly body: string;
}

/** Never throws: a head that is no YAML, such as one with a colon in an unquoted text, is read line by line. */
export function readFrontmatter(source: string): Frontmatter {
  const text = source.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const found = /^---[ \t]*\n([\s\S]*?\n)?---[ \t]*(?:\n|$)/.exec(text);
  if (!found) return { head: {}, body: text };
  return { head: parse(found[1] ?? ""), body: text.slice(found[0].length) };
}

function parse(yaml: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = Bun.YAML.parse(yaml);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Read line by line.
  }
  const pairs = yaml.split("\n").flatMap((line) => {
    const pair = /^([\w-]+):[ \t]*(.*)$/.exec(line);
    return pair?.[1] === undefined ? [] : [[pair[1], unquoted(pair[2] ?? "")] as const];
  });
  return Object.fromEntries(pairs);
}

const unquoted = (text: string) => /^(["'])(.*)\1$/.exec(text.trim())?.[2] ?? text.trim();

/** A value as one text; undefined for anything that is none. Lists are joined by commas. */
export function textOfKey({ head }: Frontmatter, key: string): string | undefined {
  const value = head[key];
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value).trim() || undefined;
}
