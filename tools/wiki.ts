/** The wiki of a project, read page by page. */
import { statSync } from "node:fs";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { failure, fit, oneLine, plural } from "./output.ts";
import { canonicalPath, displayPath, isInside, resolvePath } from "./path.ts";
import { type Page, readPage, WikiBook } from "./wiki/book.ts";
import { lintWiki } from "./wiki/lint.ts";
import description from "./wiki.md" with { type: "text" };

const operations = ["locate", "list", "read_page", "read_index", "lint"] as const;

const schema = z.strictObject({
  operation: z.enum(operations),
  page: z.string().min(1).max(400).optional(),
  query: z.string().min(1).optional(),
  offset: z.int().min(1).optional(),
  folder: z.string().min(1).optional(),
});
type Args = z.output<typeof schema>;

const usualFolders = ["wiki", ".sagent/wiki"];

export interface WikiToolOptions {
  /** `SAGENT_WIKI`: the folder, where it is neither of the usual two. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export function wikiTool({ env = {} }: WikiToolOptions = {}) {
  return defineTool({
    name: "Wiki",
    description,
    schema,
    label: ({ operation, page, query }) =>
      oneLine(["Wiki", operation.replace("_", " "), page ?? query ?? ""].join(" ")).trim(),
    maxResultChars: 0,
    run(args, context) {
      if (context.signal.aborted) return failure("The call was stopped.");
      const { folder, problem } = folderOf(args, env, context);
      if (folder === undefined) return failure(problem);
      return perform(args, new WikiBook(folder), context);
    },
  });
}

type Folder = { readonly folder: string; readonly problem?: undefined } | { folder?: undefined; problem: string };

function folderOf({ folder }: Args, env: NonNullable<WikiToolOptions["env"]>, { workspace }: ToolContext): Folder {
  const named = folder ?? env.SAGENT_WIKI?.trim();
  if (named) {
    const path = resolvePath(named, { ...workspace, cwd: folder === undefined ? workspace.root : workspace.cwd });
    // A model may name a folder of the project; a person's variable may name any.
    if (folder !== undefined && !isInside(canonicalPath(workspace.root), canonicalPath(path)))
      return { problem: `${folder} is not in the project, so it is not its wiki.` };
    return isFolder(path) ? { folder: path } : { problem: `There is no folder ${displayPath(path, workspace)}.` };
  }
  const paths = usualFolders.map((name) => resolvePath(name, { ...workspace, cwd: workspace.root }));
  const found = paths.find(isFolder);
  if (found !== undefined) return { folder: found };
  return {
    problem: `This project has no wiki: there is no folder ${usualFolders.join(" or ")}, and SAGENT_WIKI is not set.`,
  };
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function perform(args: Args, book: WikiBook, context: ToolContext): ToolOutput {
  const place = displayPath(book.dir, { root: canonicalPath(context.workspace.root) });
  switch (args.operation) {
    case "locate": {
      const index = book.index ? `Its first page is ${book.index.slug}.` : "It has no first page (index.md).";
      return { text: `The wiki is ${place}: ${plural(book.pages.length, "page")}. ${index}` };
    }
    case "list":
      return list(args, book, context);
    case "read_index":
      if (book.index) return show(book.index, args, book, context);
      return failure(`The wiki ${place} has no first page: index.md, README.md or home.md. Use list.`);
    case "read_page":
      return read(args, book, context);
    case "lint": {
      const problems = lintWiki(book);
      if (problems.length === 0) return { text: `Nothing is wrong in ${plural(book.pages.length, "page")}.` };
      return written(problems, plural(problems.length, "problem"), context);
    }
  }
}

function list({ query = "" }: Args, book: WikiBook, context: ToolContext): ToolOutput {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const lines = book.pages.flatMap((page) => {
    const text = readPage(page, book.dir);
    const tags = text && text.tags.length > 0 ? ` [${text.tags.join(", ")}]` : "";
    const line = `${oneLine(page.slug, 200)}  ${oneLine((text?.title ?? "(not to be read)") + tags, 200)}`;
    return words.every((word) => line.toLowerCase().includes(word)) ? [line] : [];
  });
  if (lines.length === 0) return { text: query ? `No page is about ${query}.` : "The wiki has no pages." };
  return written(lines, plural(lines.length, "page"), context);
}

function written(lines: readonly string[], head: string, { countTokens }: ToolContext): ToolOutput {
  const { text, count } = fit(lines, countTokens);
  const cut = count < lines.length ? `; the first ${count} are shown` : "";
  return { text: `${head}${cut}.\n${text}` };
}

function read(args: Args, book: WikiBook, context: ToolContext): ToolOutput {
  if (args.page === undefined) return failure("read_page needs page.");
  const page = book.find(args.page);
  if (page) return show(page, args, book, context);
  const near = book.near(args.page);
  const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "Use list.";
  return failure(`There is no page "${oneLine(args.page)}". ${hint}`);
}

/** The text stands between marks that it cannot end itself. */
function show(page: Page, { offset = 1 }: Args, book: WikiBook, context: ToolContext): ToolOutput {
  const text = readPage(page, book.dir);
  if (!text) return failure(`The page ${page.slug} is too large or cannot be read.`);
  const lines = text.source.trimEnd().split("\n");
  if (offset > lines.length) return failure(`The page ${page.slug} has ${plural(lines.length, "line")}.`);
  const safe = lines.slice(offset - 1).map((line) => line.replace(/<(?=\/?wiki-page)/gi, "&lt;"));
  const { text: shown, count, omittedBytes } = fit(safe, context.countTokens);
  const last = offset + count - 1;
  const more =
    last < lines.length ? `\nLines ${offset} to ${last} of ${lines.length}; go on with offset ${last + 1}.` : "";
  const cut = omittedBytes > 0 ? `\nLine ${offset} is too long and was cut.` : "";
  return { text: `<wiki-page slug="${page.slug.replaceAll('"', "&quot;")}">\n${shown}\n</wiki-page>${cut}${more}` };
}
