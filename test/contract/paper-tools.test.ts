import { afterAll } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { paperAuthorTool } from "../../tools/paper-author.ts";
import { paperDetailsTool } from "../../tools/paper-details.ts";
import { paperFetchTool } from "../../tools/paper-fetch.ts";
import { paperGraphTool } from "../../tools/paper-graph.ts";
import { paperSearchTool } from "../../tools/paper-search.ts";
import { fakePapers } from "../support/fake-papers.ts";
import { fakeWeb } from "../support/fake-web.ts";
import { tempDir } from "../support/temp-dir.ts";
import { tinyPdf } from "../support/tiny-pdf.ts";
import { toolContract } from "./tool.ts";

const cache = tempDir();
const fake = fakePapers();
const pages = Array.from({ length: 400 }, (_, at) => `Page ${at} ${"of many words ".repeat(6)}`);
const web = fakeWeb({ "arxiv.test": () => new Response(new Uint8Array(tinyPdf(pages))) });
afterAll(async () => {
  cache[Symbol.dispose]();
  await web[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});
const library = fake.library({ env: { ...fake.env, XDG_CACHE_HOME: cache.path }, network: web.network });
const prepare = (directory: string) => writeFileSync(join(directory, "unread.txt"), "");
const hostile = "no/such\n\u001b[31mpaper";

toolContract(paperSearchTool(library), {
  prepare,
  works: [
    { query: "attention" },
    { query: hostile },
    { query: "language", source: "s2", limit: 1, year_from: 2000, year_to: 2020, open_access_only: true },
    { query: "memory", abstract_chars: 0 },
  ],
  fails: [
    { query: "attention", year_from: 2020, year_to: 2019 },
    { query: "attention", source: "crossref", open_access_only: true },
  ],
  refused: [
    {},
    { query: " " },
    { query: "a", limit: 0 },
    { query: "a", limit: -1 },
    { query: "a", limit: 1.5 },
    { query: "a", source: "scholar" },
    { query: "a", abstract_chars: -1 },
    { query: "a", year_from: 10 },
  ],
});

toolContract(paperDetailsTool(library), {
  prepare,
  works: [
    { ids: "1706.03762" },
    { ids: ["1706.03762", "10.9999/nothing"] },
    { ids: "1706.03762", operation: "citations", year_from: 2019, limit: 3, influential_only: true },
    { ids: "1706.03762", operation: "bibtex" },
  ],
  fails: [{ ids: hostile }, { ids: "10.9999/nothing" }, { ids: ["W1", "W2"], operation: "references" }, { ids: "," }],
  refused: [{}, { ids: "" }, { ids: [] }, { ids: 7 }, { ids: "W1", limit: 0 }, { ids: "W1", operation: "cites" }],
});

toolContract(paperAuthorTool(library), {
  prepare,
  works: [{ query: "Ba" }, { ids: "10000" }, { ids: ["10000"], operation: "papers", year_from: 2000, limit: 2 }],
  fails: [{}, { query: "a", ids: "1" }, { ids: hostile }, { query: "a", operation: "papers" }],
  refused: [{ query: "" }, { ids: [] }, { query: "a", limit: -2 }, { query: "a", operation: "list" }],
});

toolContract(paperFetchTool(library), {
  prepare,
  works: [{ ids: "1706.03762", pages: "1-2" }, { ids: ["https://arxiv.org/abs/1810.04805"] }],
  fails: [{ ids: hostile }, { ids: "10.9999/nothing" }, { ids: "1706.03762", pages: "none" }],
  refused: [{}, { ids: [] }, { ids: "W1", pages: 1 }, { ids: "W1", pages: "" }],
  large: { prepare, args: { ids: "1706.03762" } },
});

toolContract(paperGraphTool(library), {
  prepare,
  works: [{ ids: "1706.03762" }, { ids: ["1706.03762"], direction: "references", depth: 2, breadth: 3, max_nodes: 9 }],
  fails: [{ ids: hostile }, { ids: "W1", year_from: 2001, year_to: 2000 }, { ids: "W99" }],
  refused: [
    {},
    { ids: "W1", depth: 0 },
    { ids: "W1", depth: 4 },
    { ids: "W1", breadth: 0 },
    { ids: "W1", max_nodes: 1 },
  ],
});
