/** Which agents a word means: a label, a glob (`worker-*`), alternatives (`{a,b}`) or an expression (`/^w/`). */
import { UsageError } from "./error.ts";

/** Tells which labels a target means; a plain label means itself only. Throws `UsageError` for a malformed expression. */
export function targetMatcher(target: string): (label: string) => boolean {
  const expression = /^\/(.+)\/(i?)$/.exec(target);
  if (expression) {
    const pattern = compile(expression[1] ?? "", expression[2] ?? "", target);
    return (label) => pattern.test(label);
  }
  if (!/[*?{]/.test(target)) return (label) => label === target;
  const pattern = compile(`^${globSource(target)}$`, "", target);
  return (label) => pattern.test(label);
}

function compile(source: string, flags: string, target: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw new UsageError(`"${target}" does not name agents: it is not a valid pattern.`);
  }
}

/** `*` is any text, `?` any character, `{a,b}` one of several; braces do not nest. */
function globSource(glob: string): string {
  return glob.replace(/\*|\?|\{([^{}]*)\}|[\s\S]/g, (piece, inside: string | undefined) => {
    if (piece === "*") return ".*";
    if (piece === "?") return ".";
    if (inside === undefined) return quote(piece);
    return `(?:${inside.split(",").map(globSource).join("|")})`;
  });
}

const quote = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
