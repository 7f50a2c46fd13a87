/** Skill: loads instructions for a kind of work, whole once and then as a reminder, until the model has forgotten them. */
import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { fileProblem, hashBytes } from "./files.ts";
import { failure, oneLine } from "./output.ts";
import description from "./skill.md" with { type: "text" };
import { type SkillBook, skillLine } from "./skills/book.ts";
import type { Skill } from "./skills/find.ts";
import { readFrontmatter } from "./skills/frontmatter.ts";

const schema = z.strictObject({
  skill: z.string().trim().min(1).max(200).describe("Its name, or words to find one by"),
  args: z.string().max(4000).optional().describe("What it is to be used on, where it takes that"),
});
type Args = z.output<typeof schema>;

const maxBytes = 1024 * 1024;
const maxCardChars = 50_000;

export function skillTool(book: SkillBook) {
  return defineTool({
    name: "Skill",
    description,
    schema,
    background: false,
    lasting: ({ skill }) =>
      book.get(skill) && `The skill ${skill} was loaded. If the work it is for goes on, load it again with Skill.`,
    label: ({ skill }) => oneLine(`Use the skill ${skill}`),
    async run(args, context) {
      if (context.signal.aborted) return failure("The call was stopped.");
      const skill = book.get(args.skill);
      return skill ? load(skill, args, context) : suggest(book, args.skill);
    },
  });
}

function suggest(book: SkillBook, words: string): ToolOutput {
  if (book.all.length === 0) return failure("There are no skills here.");
  const found = book.search(words);
  if (found.length > 0)
    return { text: `Skills that may fit:\n${found.map((each) => `- ${skillLine(each)}`).join("\n")}` };
  const names = oneLine(book.all.map(({ name }) => name).join(", "), 4000);
  return failure(`No skill fits "${oneLine(words)}". There are: ${names}.`);
}

async function load(skill: Skill, { args = "" }: Args, { workspace }: ToolContext): Promise<ToolOutput> {
  const { name, path, dir } = skill;
  try {
    const { size } = await stat(path);
    if (size > maxBytes)
      return failure(`The skill ${path} is larger than 1 MB; use Read for the parts that are needed.`);
    const bytes = await readFile(path);
    const hash = hashBytes(Buffer.concat([bytes, Buffer.from(args)]));
    const key = `skill:${path}`;
    const seen = workspace.reads.get(key);
    if (seen?.window === name && seen.hash === hash) {
      return { text: `The skill ${name} was loaded above and has not changed; follow it. Its folder is ${dir}.` };
    }
    workspace.reads.set(key, { mtimeMs: 0, size, hash, window: name });
    const body = filled(readFrontmatter(bytes.toString("utf8")).body.trim(), args);
    const text = `<skill name="${name}" folder="${dir.replaceAll('"', "&quot;")}">\n${asData(body)}\n</skill>`;
    const card = { title: name, path, text: body.slice(0, maxCardChars) };
    return { text, details: { type: "custom", name: "document", data: card } };
  } catch (error) {
    return failure(fileProblem("load", path, error));
  }
}

function filled(body: string, args: string): string {
  if (body.includes("$ARGUMENTS")) return body.replaceAll("$ARGUMENTS", () => args);
  return args === "" ? body : `${body}\n\nArguments: ${args}`;
}

/** No text in a skill passes for the end of it. */
const asData = (body: string) => body.replace(/<(?=\/?skill\b)/gi, "&lt;");
