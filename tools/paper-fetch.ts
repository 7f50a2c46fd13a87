/** Reads papers in full, where a copy is free. */
import { z } from "zod";
import { defineTool, type ToolContext } from "../agent/tool.ts";
import { failure, maxResultTokens, oneLine } from "./output.ts";
import description from "./paper-fetch.md" with { type: "text" };
import { fullText, type PageRange, readPages } from "./papers/full-text.ts";
import { type PaperId, readIds, wordOf } from "./papers/id.ts";
import type { Library } from "./papers/library.ts";
import { type Looked, lookUp } from "./papers/lookup.ts";
import type { Paper } from "./papers/paper.ts";
import type { StoredPdf } from "./papers/pdf-store.ts";

const schema = z.strictObject({
  ids: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  pages: z.string().min(1).max(40).optional().describe("All by default"),
});

const mostIds = 20;
const atOnce = 3;

/** It bounds its results itself. */
export function paperFetchTool(library: Library) {
  return defineTool({
    name: "PaperFetch",
    description,
    schema,
    label: ({ ids, pages }) => oneLine(`Read paper ${[ids].flat().join(", ")}${pages ? `, pages ${pages}` : ""}`),
    maxResultChars: 0,
    async run({ ids: given, pages }, context) {
      const ids = readIds(given, mostIds);
      if (typeof ids === "string") return failure(ids);
      const range = readPages(pages);
      if (typeof range === "string") return failure(range);
      if (context.signal.aborted) return failure("The request was stopped.");
      const fetched = await fetchAll(library, ids, context);
      const maxTokens = Math.floor(maxResultTokens / ids.length) - 100;
      const texts: string[] = [];
      let read = 0;
      for (const each of fetched) {
        const { text, isError } = await show(each, range, context, maxTokens);
        if (!isError) read++;
        texts.push(text);
      }
      const text = texts.join("\n\n");
      return read === 0 ? failure(text) : { text };
    },
  });
}

interface Fetched {
  readonly id: PaperId;
  readonly paper?: Paper | undefined;
  /** Or why there is none, a sentence each. */
  readonly pdf: StoredPdf | readonly string[];
}

/** What the disk has needs no service; the others are looked up together. */
async function fetchAll(library: Library, ids: readonly PaperId[], context: ToolContext): Promise<Fetched[]> {
  const { signal, progress } = context;
  const kept = await Promise.all(ids.map((id) => library.pdfs.kept(id)));
  const missing = ids.filter((_, at) => kept[at] === undefined);
  const { results, failures } = await lookUp([library.s2, library.openalex], missing, signal);
  const fetched = new Map<PaperId, Fetched>();
  const waiting = [...results];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      progress({ type: "status", text: `Fetching ${wordOf(next.id)}` });
      fetched.set(next.id, await fetchOne(library, next, failures, signal));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return ids.map((id, at) => fetched.get(id) ?? { id, pdf: kept[at] ?? ["It was not fetched."] });
}

async function fetchOne(
  library: Library,
  { id, paper, isUnsure }: Looked,
  lookups: readonly string[],
  signal: AbortSignal,
): Promise<Fetched> {
  const onArxiv: PaperId =
    id.type === "arxiv" || paper?.ids.arxiv === undefined ? id : { type: "arxiv", value: paper.ids.arxiv, version: "" };
  const first = onArxiv.type === "arxiv" ? [library.pdfs.arxivAddress(onArxiv)] : [];
  const pdf = await library.pdfs.fetch(id, [...first, ...(paper?.pdfUrls ?? [])], signal);
  if (!Array.isArray(pdf)) return { id, paper, pdf };
  // Another source may know of another copy.
  const [other] = library.openalex.takes(id) ? (await lookUp([library.openalex], [id], signal)).results : [];
  const more = other?.paper?.pdfUrls.filter((url) => !paper?.pdfUrls.includes(url)) ?? [];
  const second = more.length > 0 ? await library.pdfs.fetch(id, more, signal) : [];
  if (!Array.isArray(second)) return { id, paper, pdf: second };
  const why = [...pdf, ...second, ...(isUnsure ? lookups : [])];
  const none =
    paper === undefined && first.length === 0 && !isUnsure ? "It was not found." : "No free copy of it is known.";
  return { id, paper, pdf: why.length > 0 ? why : [none] };
}

async function show({ id, paper, pdf }: Fetched, range: PageRange, { countTokens }: ToolContext, maxTokens: number) {
  const name = `${wordOf(id)}${paper ? `: ${paper.title}` : ""}`;
  if (!("path" in pdf)) return { text: `${name}\n${pdf.join("\n")}`, isError: true };
  const { text, isError } = await fullText(pdf.bytes, range, countTokens, maxTokens);
  return { text: `${name}\n${pdf.path}\n\n${text}`, isError };
}
