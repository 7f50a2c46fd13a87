/** Prepares one Markdown file of instructions: takes out what is not meant for a model and finds the files it names. */

export interface InstructionText {
  /** Without frontmatter and block comments, trimmed. */
  readonly text: string;
  /** What `@path` names outside code, in order. */
  readonly mentions: readonly string[];
}

const fenceStart = /^ {0,3}(`{3,}|~{3,})/;
const mention = /(?<=^|[\s(])@([^\s`'"<>()]*[^\s`'"<>().,;:!?])/g;

export function readInstructionText(source: string): InstructionText {
  const lines: string[] = [];
  const mentions: string[] = [];
  let fence: string | undefined;
  let inComment = false;
  for (const line of withoutFrontmatter(source).split("\n")) {
    if (!inComment && fence === undefined && line.trimStart().startsWith("<!--")) inComment = true;
    if (inComment) {
      const end = line.indexOf("-->");
      inComment = end < 0;
      if (end >= 0 && line.slice(end + 3).trim() !== "") lines.push(line.slice(end + 3));
      continue;
    }
    lines.push(line);
    const marker = fenceStart.exec(line)?.[1];
    if (fence !== undefined) {
      if (marker?.startsWith(fence) && line.trim() === marker) fence = undefined;
    } else if (marker !== undefined) fence = marker;
    else mentions.push(...mentionsIn(line));
  }
  return { text: lines.join("\n").trim(), mentions };
}

function withoutFrontmatter(source: string): string {
  const text = source.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  return text.replace(/^---\n(?:[\s\S]*?\n)?---(?:\n|$)/, "");
}

function mentionsIn(line: string): string[] {
  const outsideCode = line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, " ` ");
  return [...outsideCode.matchAll(mention)].map((match) => match[1] ?? "");
}
