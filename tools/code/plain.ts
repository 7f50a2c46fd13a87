/** Outlines of languages without a grammar here: definitions by the first words of a line, uses by the words of the text. */
import type { Plain } from "./languages.ts";
import {
  type Definition,
  firstSentence,
  flat,
  type Kind,
  maxDefinitions,
  maxNameChars,
  maxSignatureChars,
  maxUses,
  type Outline,
} from "./outline.ts";

interface PlainRules {
  /** Its group `word` is a key of `kinds`, its group `name` the name. */
  readonly definition: RegExp;
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly lineComment: string;
  /** Words of the language. */
  readonly ownWords: ReadonlySet<string>;
}

const types: Readonly<Record<string, Kind>> = {
  class: "class",
  object: "class",
  actor: "class",
  struct: "struct",
  interface: "interface",
  protocol: "interface",
  trait: "trait",
  enum: "enum",
  mixin: "class",
  extension: "impl",
  typealias: "type",
  typedef: "type",
  type: "type",
  fun: "function",
  func: "function",
  def: "function",
  defp: "function",
  defmacro: "macro",
  defmodule: "class",
  function: "function",
  fn: "function",
  const: "const",
};

const modifiers = String.raw`(?:(?:@\w+(?:\([^)]*\))?|public|private|protected|internal|fileprivate|open|final|abstract|sealed|data|inner|inline|suspend|override|static|case|implicit|lazy|companion|value|annotation|expect|actual|operator|infix|tailrec|external|mutating|indirect|required|convenience|local|pub|export|extern|base|mixin|enum)\s+)*`;

function rules(words: string, lineComment: string, name = String.raw`[\p{L}_][\p{L}\p{N}_?!]*`): PlainRules {
  const heads = words.replaceAll(" ", "|");
  return {
    definition: new RegExp(
      String.raw`^\s*${modifiers}(?<word>${heads})\s+(?:<[^>]*>\s*)?(?:\w+[.:])*(?<name>${name})`,
      "u",
    ),
    kinds: types,
    lineComment,
    ownWords: new Set([
      "if",
      "else",
      "for",
      "while",
      "return",
      "do",
      "end",
      "in",
      "is",
      "as",
      "val",
      "var",
      "let",
      "this",
      "self",
      "true",
      "false",
      "null",
      "nil",
      "import",
      ...words.split(" "),
    ]),
  };
}

const readers: Readonly<Record<Plain, PlainRules>> = {
  kotlin: rules("class interface object fun typealias", "//"),
  swift: rules("class struct protocol enum actor extension func typealias", "//"),
  scala: rules("class trait object def type enum", "//"),
  dart: rules("class mixin enum extension typedef", "//"),
  lua: rules("function", "--"),
  elixir: rules("defmodule def defp defmacro", "#", String.raw`[\p{L}_][\p{L}\p{N}_?!.]*`),
  zig: rules("fn const", "//"),
};

export function plainOutline(text: string, language: Plain): Outline {
  const { definition, kinds, lineComment, ownWords } = readers[language];
  const definitions: Definition[] = [];
  const uses = new Map<string, number>();
  let comment = "";
  for (const [index, line] of text.split("\n").entries()) {
    const start = line.trimStart();
    if (start.startsWith(lineComment) || start.startsWith("/*") || start.startsWith("*")) {
      comment += `${line.slice(0, 300)}\n`;
      continue;
    }
    const { word = "", name } = definition.exec(line.slice(0, 400))?.groups ?? {};
    const kind = kinds[word];
    if (
      name !== undefined &&
      kind !== undefined &&
      name.length <= maxNameChars &&
      definitions.length < maxDefinitions
    ) {
      const signature = flat(line, maxSignatureChars).replace(/\s*(?:\{|do|=)$/, "");
      const number = index + 1;
      definitions.push({
        name,
        kind,
        line: number,
        endLine: number,
        parent: -1,
        signature,
        isShared: kind !== "impl" && !/\bprivate\b/.test(line),
        doc: firstSentence(comment),
      });
    }
    comment = "";
    count(line, lineComment, ownWords, uses);
  }
  return { definitions, uses };
}

function count(line: string, lineComment: string, ownWords: ReadonlySet<string>, uses: Map<string, number>): void {
  const code = line.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(lineComment, 1)[0] ?? "";
  for (const [name] of code.matchAll(/[\p{L}_][\p{L}\p{N}_]+/gu)) {
    if (name.length > maxNameChars || ownWords.has(name) || uses.size >= maxUses) continue;
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
}
