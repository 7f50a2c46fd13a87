import { afterAll, beforeEach, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { paperFetchTool } from "../../../tools/paper-fetch.ts";
import { fakePapers, type PaperFault, services } from "../../support/fake-papers.ts";
import { fakeWeb } from "../../support/fake-web.ts";
import { must } from "../../support/must.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { tinyPdf } from "../../support/tiny-pdf.ts";
import { placeAt } from "../tool-bench.ts";

const pdf = (...pages: string[]) =>
  new Response(new Uint8Array(tinyPdf(pages)), { headers: { "content-type": "application/pdf" } });

let lstm: () => Response | Promise<Response> = () => new Response("gone", { status: 404 });
const fetched: string[] = [];
const web = fakeWeb({
  "arxiv.test": (_, { pathname }) => {
    fetched.push(pathname);
    if (pathname === "/pdf/1706.03762") return pdf("We propose the Transformer.", "It needs (only) attention.");
    if (pathname === "/pdf/1706.03762v1") return pdf("A first version.");
    if (pathname === "/pdf/1810.04805")
      return new Response("<html>Not yet</html>", { headers: { "content-type": "text/html" } });
    return new Response("no such paper", { status: 404 });
  },
  "aclanthology.test": (_, { pathname }) => {
    fetched.push(pathname);
    return pdf("BERT is bidirectional.");
  },
  "journals.test": () => lstm(),
});
const fake = fakePapers();
afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});
beforeEach(() => {
  for (const service of services) fake.fault(service, undefined);
  fetched.length = 0;
  lstm = () => new Response("gone", { status: 404 });
});

const library = (cache: string) => {
  const env = { ...fake.env, XDG_CACHE_HOME: cache };
  return fake.library({ env, network: web.network });
};
const read = (cache: string, args: object, countTokens = (text: string) => text.length / 4) => {
  const tool = paperFetchTool(library(cache));
  return placeAt("/", { countTokens }).run(tool, tool.schema.parse(args) as never);
};
const folder = (cache: string) => join(cache, "sagent", "papers");

test("a paper of arXiv is read page by page, and kept", async () => {
  using dir = tempDir();
  const { text, isError } = await read(dir.path, { ids: "arXiv:1706.03762" });
  const [file = ""] = readdirSync(folder(dir.path));
  expect(isError).toBeUndefined();
  expect(text).toBe(
    [
      `arXiv:1706.03762: Attention Is All You Need\n${join(folder(dir.path), file)}`,
      "--- page 1 of 2 ---\nWe propose the Transformer.",
      "--- page 2 of 2 ---\nIt needs (only) attention.\n",
    ].join("\n\n"),
  );
  expect(file).toMatch(/^arxiv-1706\.03762-[0-9a-f]{10}\.pdf$/);
  const before = fake.asked.length;
  const again = await read(dir.path, { ids: "https://arxiv.org/abs/1706.03762", pages: "2-" });
  expect(again.text).toEndWith("\n\n--- page 2 of 2 ---\nIt needs (only) attention.\n");
  expect([fetched, fake.asked.length]).toEqual([["/pdf/1706.03762"], before]);
  expect((await read(dir.path, { ids: "1706.03762v1" })).text).toContain("A first version.");
});

test("where arXiv has none, another open copy is read", async () => {
  using dir = tempDir();
  const { text } = await read(dir.path, { ids: ["10.18653/v1/N19-1423"] });
  expect(text).toContain("--- page 1 of 1 ---\nBERT is bidirectional.");
  expect(fetched).toEqual(["/pdf/1810.04805", "/N19-1423.pdf"]);
});

test("OpenAlex knows open copies where Semantic Scholar does not answer", async () => {
  using dir = tempDir();
  fake.fault("s2", "down");
  lstm = () => pdf("Long memory.");
  expect((await read(dir.path, { ids: "10.1162/neco.1997.9.8.1735" })).text).toContain("Long memory.");
});

test("several are read at once, and each that cannot be had says why", async () => {
  using dir = tempDir();
  const ids = ["1706.03762", "2010.11929", "10.5555/twin", "10.9999/nothing"];
  const { text, isError } = await read(dir.path, { ids });
  expect(isError).toBeUndefined();
  expect(text).toContain("We propose the Transformer.");
  expect(text).toEndWith(
    [
      "arXiv:2010.11929: An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
      "http://arxiv.test/pdf/2010.11929 answered with status 404.",
      "There is no host arxiv.org, or no network.",
      "",
      "10.5555/twin: Round and Round: Two Papers that Cite Each Other",
      "No free copy of it is known.",
      "",
      "10.9999/nothing",
      "It was not found.",
    ].join("\n"),
  );
});

const broken: readonly (readonly [string, () => Response | Promise<Response>, string])[] = [
  ["page", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "is no PDF but text/html."],
  ["limit", () => new Response("", { status: 429, headers: { "retry-after": "9" } }), "answered with status 429."],
  ["outage", () => new Response("", { status: 503 }), "answered with status 503."],
  ["loop", () => new Response("", { status: 302, headers: { location: "/again" } }), "redirects more than 10 times."],
  [
    "trap",
    () => new Response("", { status: 302, headers: { location: "http://127.0.0.1:9/x" } }),
    "only public hosts are fetched.",
  ],
  ["nothing", () => new Response(""), "is no PDF"],
  ["rubbish", () => new Response("%PDF-1.7 rubbish"), "Its PDF cannot be read"],
];

test.each(broken)("a copy that is a %s is none", async (_, answer, why) => {
  using dir = tempDir();
  lstm = answer;
  const { text, isError } = await read(dir.path, { ids: "10.1162/neco.1997.9.8.1735" });
  expect([isError, text]).toEqual([true, expect.stringContaining(why)]);
});

const faults: readonly PaperFault[] = ["limited", "down", "page", "cut", "loop", "odd", "empty"];

test.each(faults)("with services that are %s arXiv's papers are read all the same", async (fault) => {
  using dir = tempDir();
  for (const service of services) fake.fault(service, fault);
  expect((await read(dir.path, { ids: "1706.03762" })).text).toContain("We propose the Transformer.");
  const other = await read(dir.path, { ids: "10.1162/neco.1997.9.8.1735" });
  expect([other.isError, other.text]).toEqual([true, expect.stringMatching(/OpenAlex|not found/)]);
});

test("long papers are cut between pages and say how to go on, each its share of the result", async () => {
  using dir = tempDir();
  lstm = () => pdf(...Array.from({ length: 200 }, (_, at) => `Page ${at} ${"of many words ".repeat(6)}`));
  const { text } = await read(dir.path, { ids: ["1706.03762", "10.1162/neco.1997.9.8.1735"] }, (all) => all.length);
  expect(text).toContain("It needs (only) attention.");
  const shown = [...text.matchAll(/--- page (\d+) of 200 ---/g)].length;
  expect(shown).toBeGreaterThan(50);
  expect(text).toEndWith(`[There is more: pages "${shown + 1}-" goes on.]`);
  expect(text.length).toBeLessThan(25_000);
});

test("a copy on the disk that is damaged is fetched again", async () => {
  using dir = tempDir();
  await read(dir.path, { ids: "1706.03762" });
  const file = join(folder(dir.path), must(readdirSync(folder(dir.path))[0], "a file"));
  writeFileSync(file, "half");
  expect((await read(dir.path, { ids: "1706.03762" })).text).toContain("We propose the Transformer.");
  expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
});

test("many at once keep the same paper without harm", async () => {
  using dir = tempDir();
  const all = await Promise.all(Array.from({ length: 12 }, () => read(dir.path, { ids: "1706.03762", pages: "1" })));
  expect(new Set(all.map(({ text }) => text)).size).toBe(1);
  expect(readdirSync(folder(dir.path))).toHaveLength(1);
});

test("several processes may keep and read the same paper", async () => {
  using dir = tempDir();
  const writer = join(import.meta.dir, "pdf-writer.ts");
  const writers = Array.from({ length: 3 }, () => Bun.spawn([process.execPath, writer, dir.path], { stderr: "pipe" }));
  const ends = await Promise.all(
    writers.map(async (each) => [await each.exited, await new Response(each.stderr).text()]),
  );
  expect(ends).toEqual(writers.map(() => [0, ""]));
  expect(readdirSync(folder(dir.path))).toHaveLength(1);
});

test.each([
  [{ ids: "x" }, "No paper has a name like"],
  [{ ids: "1706.03762", pages: "0-2" }, "There are no pages 0-2"],
  [{ ids: "1706.03762", pages: "5-2" }, "There are no pages 5-2"],
  [{ ids: "1706.03762", pages: "first" }, "pages is a number or a range"],
  [{ ids: "1706.03762", pages: "7" }, "It has 2 pages; there is no page 7."],
  [{ ids: Array.from({ length: 21 }, (_, at) => `W${at}`) }, "At most 20 papers"],
])("%j is refused with why", async (args, why) => {
  using dir = tempDir();
  const { text, isError } = await read(dir.path, args);
  expect([isError, text]).toEqual([true, expect.stringContaining(why)]);
});

test("a slow copy is left when the call is stopped", async () => {
  using dir = tempDir();
  const place = placeAt("/");
  lstm = () => {
    place.stop.abort();
    return new Promise(() => {});
  };
  const result = await place.run(paperFetchTool(library(dir.path)), { ids: "10.1162/neco.1997.9.8.1735" });
  expect([result.isError, result.text]).toEqual([true, expect.stringContaining("The request was stopped.")]);
});
