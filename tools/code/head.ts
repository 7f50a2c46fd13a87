/** The head of a definition: its name, and its signature as one line. */
import type { Node } from "@vscode/tree-sitter-wasm";
import { flat, type Kind, maxNameChars, maxSignatureChars } from "./outline.ts";

export interface Head {
  readonly name: string;
  readonly kind: Kind;
  /** Line of the name, from 1. */
  readonly line: number;
  readonly signature: string;
}

/** What of the rules of a grammar decides about heads. */
export interface HeadRules {
  /** Node types that define only where they have a body. */
  readonly needsBody: ReadonlySet<string>;
  /** Node types of functions. */
  readonly local: ReadonlySet<string>;
  /** What the left side of an assignment must be. */
  readonly assigned: ReadonlySet<string>;
}

/** Undefined for a node that defines nothing by a name. */
export function headOf(node: Node, kind: Kind, text: string, rules: HeadRules): Head | undefined {
  if (rules.needsBody.has(node.type) && !node.childForFieldName("body")) return undefined;
  const value = node.childForFieldName("value") ?? node.childForFieldName("right");
  const isFunction = value !== null && rules.local.has(value.type);
  if (node.type === "assignment_expression" && !isFunction) return undefined;
  const named = kind === "impl" ? target(node) : nameOf(node, rules);
  const name = named && cleanName(named.node.text);
  if (named === undefined || name === undefined) return undefined;
  return {
    name,
    kind: kindOf(kind, node.type, isFunction || named.isCallable, named.isQualified),
    line: named.node.startPosition.row + 1,
    signature: signatureOf(node, isFunction ? value : null, text),
  };
}

interface Named {
  readonly node: Node;
  readonly isCallable: boolean;
  readonly isQualified: boolean;
}

/** What an `impl` is for. */
function target(node: Node): Named | undefined {
  const type = node.childForFieldName("type");
  return type ? { node: type, isCallable: false, isQualified: false } : undefined;
}

function nameOf(node: Node, rules: HeadRules): Named | undefined {
  const left = node.childForFieldName("left");
  if (left?.type === "member_expression") return named(left.childForFieldName("property"));
  if (left) return rules.assigned.has(left.type) ? named(left) : undefined;
  const name = node.childForFieldName("name");
  if (name) return named(name.type === "variable_name" ? (name.firstNamedChild ?? name) : name);
  const declarator = node.childForFieldName("declarator");
  return declarator ? declared(declarator) : named(node.firstNamedChild);
}

function named(node: Node | null): Named | undefined {
  return node ? { node, isCallable: false, isQualified: false } : undefined;
}

/** The name in a declarator of C, which may be inside of pointers, arrays and functions. */
function declared(declarator: Node): Named | undefined {
  let node = declarator;
  let isCallable = false;
  let isQualified = false;
  for (let depth = 0; depth < 20; depth++) {
    isCallable ||= node.type === "function_declarator";
    isQualified ||= node.type === "qualified_identifier";
    const inner = node.childForFieldName(node.type === "qualified_identifier" ? "name" : "declarator");
    const next = inner ?? (node.type.endsWith("_declarator") ? node.firstNamedChild : null);
    if (!next) return { node, isCallable, isQualified };
    node = next;
  }
  return undefined;
}

function cleanName(text: string): string | undefined {
  const [name] = /^[\p{L}_$#~@][\p{L}\p{N}_$?!=.:-]*/u.exec(text.slice(0, maxNameChars + 1)) ?? [];
  return name !== undefined && name.length <= maxNameChars ? name : undefined;
}

function kindOf(kind: Kind, type: string, isCallable: boolean, isQualified: boolean): Kind {
  if (kind === "const" && isCallable) return "function";
  if (type === "declaration" && !isCallable) return "const";
  if (type === "field_declaration" && !isCallable) return "field";
  if (kind === "function" && isQualified) return "method";
  return kind;
}

/** From the start of the line to the body, or to the end of the line where there is none. */
function signatureOf(node: Node, callable: Node | null, text: string): string {
  const lineStart = text.lastIndexOf("\n", node.startIndex - 1) + 1;
  const before = text.slice(lineStart, node.startIndex);
  const start = /^[\w\s@()<>.,:&*-]{0,60}$/.test(before) ? lineStart : node.startIndex;
  const body = (callable ?? node).childForFieldName("body");
  if (body && body.startIndex > node.startIndex) return tidy(text.slice(start, body.startIndex));
  const end = Math.min(node.endIndex, start + 8 * maxSignatureChars);
  const whole = text.slice(start, end);
  const lineEnd = whole.indexOf("\n", node.startIndex - start);
  const isShort = whole.length <= maxSignatureChars;
  return tidy(isShort || lineEnd < 0 || takesParameters(node) ? whole : whole.slice(0, lineEnd));
}

function takesParameters(node: Node): boolean {
  return (
    node.childForFieldName("parameters") !== null || node.type === "declaration" || node.type === "field_declaration"
  );
}

function tidy(text: string): string {
  return flat(text, maxSignatureChars).replace(/\s*(?:\{|=>|=|;)$/, "");
}
