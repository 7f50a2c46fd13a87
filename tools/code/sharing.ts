/** Which definitions other files can mean. */
import type { Definition, Kind } from "./outline.ts";

/** How a language says that a definition is for other files. */
export type SharedBy =
  /** `export`, where the file is a module. */
  | "export"
  /** `pub`. */
  | "pub"
  /** Everything is, but for what is `static`. */
  | "not static"
  /** Everything is, but for what is `private`. */
  | "not private";

export interface Sharing {
  isShared(definition: Pick<Definition, "name" | "kind" | "signature">, inside: Definition | undefined): boolean;
}

/** The rule of a language as it holds in one file. */
export function sharingIn(text: string, by: SharedBy): Sharing {
  const exported = by === "export" ? exportedNames(text) : undefined;
  return {
    isShared({ name, kind, signature }, inside) {
      if (!isRanked(kind) || name.startsWith("#") || /\bprivate\b/.test(signature)) return false;
      if (inside !== undefined && inside.kind !== "module") return isMemberShared(by, signature, inside);
      if (by === "export") return exported === undefined || exported.has(name) || /^export\b/.test(signature);
      if (by === "pub") return /^pub\b|^#?\[?macro/.test(signature);
      return by !== "not static" || !/^(?:\w+ )?static\b/.test(signature);
    },
  };
}

function isMemberShared(by: SharedBy, signature: string, inside: Definition): boolean {
  if (by !== "pub") return inside.isShared;
  return inside.kind === "impl" ? /^pub\b/.test(signature) || / for /.test(inside.signature) : inside.isShared;
}

/** Kinds that other files refer to by name often enough to say something about the file. */
function isRanked(kind: Kind): boolean {
  return kind !== "field" && kind !== "module" && kind !== "impl";
}

/** `export default name`, `export { list }`, and what else makes a file a module. */
const statements =
  /^(?:import\b|export\b(?:\s+default\s+([\p{L}_$][\p{L}\p{N}_$]*)\s*;?$|\s*(?:type\s*)?\{([^}]{0,20000})\})?)/gmu;

/** Names exported apart from their definitions; undefined for a file that is no module, whose names all are shared. */
function exportedNames(text: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  let isModule = false;
  for (const [, single, list] of text.matchAll(statements)) {
    isModule = true;
    if (single !== undefined) names.add(single);
    for (const entry of list?.split(",") ?? [])
      names.add(
        entry
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s/, 1)[0] ?? "",
      );
  }
  return isModule ? names : undefined;
}
