/** Glob patterns as regular expressions, for Glob's arguments and for ignore files. */

export interface PatternOptions {
  /** Whether `{a,b}` means either; ignore files have no such thing. */
  readonly braces: boolean;
  /** Whether a wildcard may match the leading dot of a name. */
  readonly dots: boolean;
}

/**
 * Compiles a glob: `*` and `?` stay within a name, `**` as a whole segment spans any number of them, `[a-z]` and `[!a]` are
 * sets, `\` quotes. Returns undefined for a malformed pattern (an unclosed set or brace, a trailing backslash).
 */
export function compilePattern(glob: string, options: PatternOptions): RegExp | undefined {
  const source = translate(glob, options);
  if (source === undefined) return undefined;
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    return undefined;
  }
}

function translate(glob: string, options: PatternOptions): string | undefined {
  const guard = options.dots ? "" : "(?!\\.)";
  let out = "";
  let depth = 0;
  let at = 0;
  while (at < glob.length) {
    const rest = glob.slice(at);
    const starts = at === 0 || /[/{,]/.test(glob.charAt(at - 1));
    const char = String.fromCodePoint(glob.codePointAt(at) ?? 0);
    const wide = starts ? /^(?:\*\*+\/)*\*\*+(\/|$)/.exec(rest) : null;
    if (wide) {
      out += wide[1] ? `(?:${guard}[^/]+/)*` : `${guard}[^/]+(?:/${guard}[^/]+)*`;
      at += wide[0].length;
    } else if (char === "*" || char === "?") {
      const run = /^[*?]+/.exec(rest)?.[0] ?? char;
      out += (starts ? guard : "") + wildcards(run);
      at += run.length;
    } else if (char === "[") {
      const set = /^\[[!^]?\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*\]/su.exec(rest)?.[0];
      if (set === undefined) return undefined;
      out += (starts ? guard : "") + translateSet(set);
      at += set.length;
    } else if (char === "\\") {
      const quoted = glob.codePointAt(at + 1);
      if (quoted === undefined) return undefined;
      const literal = String.fromCodePoint(quoted);
      out += quote(literal);
      at += 1 + literal.length;
    } else if (options.braces && (char === "{" || char === "}" || (char === "," && depth > 0))) {
      depth += char === "{" ? 1 : char === "}" ? -1 : 0;
      if (depth < 0) return undefined;
      out += char === "{" ? "(?:" : char === "}" ? ")" : "|";
      at += 1;
    } else {
      out += quote(char);
      at += char.length;
    }
  }
  return depth === 0 ? out : undefined;
}

function wildcards(run: string): string {
  const least = run.replaceAll("*", "").length;
  return run.includes("*") ? `[^/]{${least},}` : `[^/]{${least}}`;
}

const classes: Readonly<Record<string, string>> = {
  alpha: "a-zA-Z",
  digit: "0-9",
  alnum: "a-zA-Z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9a-fA-F",
};

function translateSet(set: string): string {
  const negated = /^\[[!^]/.test(set);
  const body = set
    .slice(negated ? 2 : 1, -1)
    .replace(/\[:([a-z]+):\]|\\(.)|[\]^]/gsu, (char, name?: string, quoted?: string) => {
      if (name !== undefined) return classes[name] ?? "";
      return quoteInSet(quoted ?? char);
    });
  return negated ? `[^/${body}]` : `(?!/)[${body}]`;
}

const quote = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const quoteInSet = (char: string) => (/[\\\]^-]/.test(char) ? `\\${char}` : char);
