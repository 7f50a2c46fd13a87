/** Reads definitions and uses off a syntax tree, in one walk whose cost is linear in the tree however deep it is. */
import type { Node, Tree, TreeCursor } from "@vscode/tree-sitter-wasm";
import { CommentTracker } from "./comments.ts";
import { type HeadRules, headOf } from "./head.ts";
import { type Definition, type Kind, maxDefinitions, maxNameChars, maxUses, type Outline } from "./outline.ts";
import type { Rules } from "./rules.ts";
import { type Sharing, sharingIn } from "./sharing.ts";

/** What a node type means to the walk; a set of these bits each. */
const bits = {
  def: 1,
  local: 2,
  name: 4,
  member: 8,
  memberUnder: 16,
  bindsChildren: 32,
  bindsField: 64,
  comment: 128,
  attribute: 256,
  outermost: 512,
} as const;

/** Rules of a grammar by the number of its node types. */
export interface Plan extends HeadRules {
  readonly rules: Rules;
  readonly meaning: Uint16Array;
  readonly kinds: readonly (Kind | undefined)[];
  readonly boundField: readonly (string | undefined)[];
}

const split = (types = "") => types.split(" ").filter((type) => type !== "");

/** `types` are the grammar's node types, in the order of their numbers. */
export function planOf(rules: Rules, types: readonly string[]): Plan {
  const kinds = new Map<string, Kind>();
  for (const kind of Object.keys(rules.defs) as Kind[])
    for (const type of split(rules.defs[kind])) kinds.set(type, kind);
  const fields = new Map(split(rules.bindsField).map((entry) => entry.split(".") as [string, string]));
  const sets: [number, Iterable<string>][] = [
    [bits.def, kinds.keys()],
    [bits.local, split(rules.local)],
    [bits.name, split(rules.names)],
    [bits.member, split(rules.members)],
    [bits.memberUnder, split(rules.memberUnder)],
    [bits.bindsChildren, split(rules.bindsChildren)],
    [bits.bindsField, fields.keys()],
    [bits.comment, split(rules.comments)],
    [bits.attribute, split(rules.attributes)],
    [bits.outermost, split(rules.outermost)],
  ];
  const meaningOf = new Map<string, number>();
  for (const [bit, names] of sets) for (const name of names) meaningOf.set(name, (meaningOf.get(name) ?? 0) | bit);
  return {
    rules,
    meaning: Uint16Array.from(types, (type) => meaningOf.get(type) ?? 0),
    kinds: types.map((type) => kinds.get(type)),
    boundField: types.map((type) => fields.get(type)),
    needsBody: new Set(split(rules.withBody)),
    local: new Set(split(rules.local)),
    assigned: new Set(split(rules.assigned)),
  };
}

/** What the walk knows of a node that it is in. */
interface Open {
  readonly meaning: number;
  /** The definition that its children are in; -1 for none. */
  readonly parent: number;
  readonly isLocal: boolean;
}

/** Undefined when the deadline passes first (`performance.now()`). */
export function outlineOf(tree: Tree, text: string, plan: Plan, deadlineMs: number): Outline | undefined {
  const cursor = tree.walk();
  try {
    return new Walk(text, plan).run(cursor, deadlineMs);
  } finally {
    cursor.delete();
  }
}

class Walk {
  readonly #definitions: Definition[] = [];
  readonly #uses = new Map<string, number>();
  readonly #bound = new Set<string>();
  /** Names after a dot are not what is bound by the same name. */
  readonly #members = new Map<string, number>();
  readonly #comments: CommentTracker;
  readonly #sharing: Sharing;
  readonly #text: string;
  readonly #plan: Plan;

  constructor(text: string, plan: Plan) {
    this.#text = text;
    this.#plan = plan;
    this.#comments = new CommentTracker(text);
    this.#sharing = sharingIn(text, plan.rules.sharedBy ?? "not private");
  }

  run(cursor: TreeCursor, deadlineMs: number): Outline | undefined {
    const stack: Open[] = [];
    let above: Open = { meaning: 0, parent: -1, isLocal: false };
    let isFirst = true;
    for (let count = 1; ; count++) {
      if (count % 4096 === 0 && performance.now() > deadlineMs) return undefined;
      const open = this.#enter(cursor, above, isFirst);
      if (cursor.gotoFirstChild()) {
        stack.push(above);
        above = open;
        isFirst = true;
        continue;
      }
      isFirst = false;
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return this.#outline();
        above = stack.pop() ?? above;
      }
    }
  }

  #enter(cursor: TreeCursor, above: Open, isFirst: boolean): Open {
    const type = cursor.nodeTypeId;
    const meaning = this.#plan.meaning[type] ?? 0;
    if (meaning === 0) return above.meaning === 0 ? above : { ...above, meaning: 0 };
    if (meaning & (bits.comment | bits.attribute)) this.#comments.see(cursor, (meaning & bits.attribute) !== 0);
    if (meaning & (bits.name | bits.member)) this.#use(cursor, meaning, above.meaning, isFirst);
    if (meaning & bits.bindsField) this.#bindField(cursor, type);
    if (meaning & bits.outermost && above.isLocal) return { meaning, parent: -1, isLocal: false };
    let parent = above.parent;
    if (meaning & bits.def) parent = this.#define(cursor, type, above) ?? parent;
    return { meaning, parent, isLocal: above.isLocal || (meaning & bits.local) !== 0 };
  }

  #use(cursor: TreeCursor, meaning: number, above: number, isFirst: boolean): void {
    const start = cursor.startIndex;
    const end = cursor.endIndex;
    if (end - start < 2 || end - start > maxNameChars) return;
    const name = this.#text.slice(start, end);
    if (above & bits.bindsChildren) this.#bound.add(name);
    const isMember = (meaning & bits.member) !== 0 || ((above & bits.memberUnder) !== 0 && !isFirst);
    const uses = isMember ? this.#members : this.#uses;
    if (uses.size < maxUses) uses.set(name, (uses.get(name) ?? 0) + 1);
  }

  #bindField(cursor: TreeCursor, type: number): void {
    const field = this.#plan.boundField[type];
    if (field === undefined) return;
    for (const node of cursor.currentNode.childrenForFieldName(field)) {
      if (node) this.#bind(this.#text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + 500)));
    }
  }

  #bind(text: string): void {
    for (const [name] of text.replace(/=[^,)}\]]*/g, "").matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) this.#bound.add(name);
  }

  /** The number of the definition, or undefined if it is none that others could mean. */
  #define(cursor: TreeCursor, type: number, above: Open): number | undefined {
    const kind = this.#plan.kinds[type];
    if (kind === undefined) return undefined;
    const node = cursor.currentNode;
    const head = headOf(node, kind, this.#text, this.#plan);
    if (head === undefined) {
      const left = above.isLocal ? node.childForFieldName("left") : null;
      if (left?.type === "identifier") this.#bind(left.text);
      return undefined;
    }
    if (above.isLocal) {
      this.#bind(head.name);
      return undefined;
    }
    if (this.#definitions.length >= maxDefinitions) return undefined;
    const { parent } = above;
    const inside = this.#definitions[parent];
    const doc = this.#comments.before(node, head.line - 1) || (this.#plan.rules.docstrings ? docstring(node) : "");
    const own = kindInside(head.kind, inside, this.#plan.rules);
    const { name, line, signature } = head;
    const isShared = this.#sharing.isShared({ name, kind: own, signature }, inside);
    this.#definitions.push({ name, kind: own, line, endLine: endLine(node), parent, signature, isShared, doc });
    return this.#definitions.length - 1;
  }

  #outline(): Outline {
    const uses = new Map<string, number>();
    for (const [name, count] of this.#uses) if (!this.#bound.has(name)) uses.set(name, count);
    for (const [name, count] of this.#members) uses.set(`.${name}`, count);
    return { definitions: this.#definitions, uses };
  }
}

/** What a definition is for being in another. */
function kindInside(kind: Kind, inside: Definition | undefined, { assignsFields = false }: Rules): Kind {
  if (inside === undefined) return kind;
  if (kind === "function" && holdsMethods(inside.kind)) return "method";
  return kind === "const" && inside.kind === "class" && assignsFields ? "field" : kind;
}

function holdsMethods(kind: Kind): boolean {
  return kind !== "module" && kind !== "function" && kind !== "method";
}

function endLine(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row : row + 1;
}

function docstring(node: Node): string {
  const first = node.childForFieldName("body")?.firstNamedChild;
  const text = first?.type === "expression_statement" ? first.firstNamedChild : first;
  return text?.type === "string"
    ? CommentTracker.sentence(text.text.replace(/^\w*(?:"""|'''|["'])|(?:"""|'''|["'])$/g, ""))
    : "";
}
