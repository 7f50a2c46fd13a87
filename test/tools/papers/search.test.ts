import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { paperSearchTool } from "../../../tools/paper-search.ts";
import { fakePapers, type PaperFault, services } from "../../support/fake-papers.ts";
import { placeAt } from "../tool-bench.ts";

const fake = fakePapers();
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  for (const service of services) fake.fault(service, undefined);
});
afterEach(() => expect(fake.takeRefused()).toEqual([]));

const search = (args: object, env?: Readonly<Record<string, string>>) => {
  const tool = paperSearchTool(fake.library(env && { env }));
  return placeAt("/").run(tool, tool.schema.parse({ query: "attention", ...args }) as never);
};

const titles = (text: string) => [...text.matchAll(/^\d+\. (.+)$/gm)].map(([, title]) => title);

test("what four services know of a paper becomes one", async () => {
  const { text, details } = await search({ query: "bert bidirectional" });
  expect(text).toBe(
    [
      "1 paper\n",
      "1. BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding (2019)",
      "   Jacob Devlin, Ming-Wei Chang, Kristina Toutanova · North American Chapter of the Association for Computational Linguistics · 90000 citations · open access",
      "   arXiv:1810.04805 · doi:10.18653/v1/n19-1423 · W1001",
      "   We introduce a language representation model named BERT, which stands for Transformers.",
    ].join("\n"),
  );
  expect(details).toMatchObject({ type: "custom", name: "papers" });
});

test.each(services)("%s can be asked alone", async (source) => {
  const query = source === "crossref" ? "memory" : "transformers";
  const { text, isError } = await search({ query, source, limit: 3 });
  expect(isError).toBeUndefined();
  expect(titles(text)[0]).toBe(
    source === "crossref"
      ? "Long Short-Term Memory (1997)"
      : "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding (2019)",
  );
  expect(new Set(fake.asked.slice(-1).map((each) => each.split(" ")[0]))).toEqual(new Set([source]));
});

test("years, open access and a limit narrow it, in every service", async () => {
  const narrow = { query: "language", year_from: 2018, year_to: 2019, open_access_only: true };
  for (const source of ["fused", "s2", "openalex", "arxiv"]) {
    expect([source, titles((await search({ ...narrow, source })).text)]).toEqual([
      source,
      ["BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding (2019)"],
    ]);
  }
  expect(titles((await search({ query: "filler", limit: 150 })).text)).toHaveLength(150);
  const { text, isError } = await search({ source: "crossref", open_access_only: true });
  expect([isError, text]).toEqual([true, expect.stringContaining("does not know which papers are open")]);
});

test("words with hyphens and signs are found by all of them", async () => {
  for (const source of ["s2", "openalex", "arxiv"]) {
    const { text } = await search({ query: "Pre-training of deep? transformers*", source });
    expect([source, titles(text)]).toEqual([source, [expect.stringContaining("BERT")]]);
  }
});

test("abstracts are as long as asked for", async () => {
  const query = { query: "long memory", source: "s2" };
  expect((await search({ ...query, abstract_chars: 11 })).text).toEndWith("\n   Learning to…");
  expect((await search({ ...query, abstract_chars: 0 })).text).toEndWith("doi:10.1162/neco.1997.9.8.1735");
});

const faults: readonly (readonly [PaperFault, string, string])[] = [
  ["limited", 'answered with status 429. It asks to wait 3600 s. It says: {"message":"Too Many Requests"}', ""],
  ["down", "answered with status 502.", ""],
  [
    "page",
    "answered with a web page, perhaps of a login or a block, where JSON was due.",
    "arXiv answered with a web page where a feed was due.",
  ],
  ["cut", "answered with broken data where JSON was due.", "arXiv's answer is no feed, or broke off."],
  ["odd", "answered with data of another shape than it documents.", "arXiv's answer is no feed, or broke off."],
  ["loop", "redirects in a circle; check its address.", ""],
];

test.each(faults)(
  "a service that is %s is left out with why, and all of them say why for each",
  async (fault, why, arxiv) => {
    const names = { s2: "Semantic Scholar", openalex: "OpenAlex", crossref: "Crossref", arxiv: "arXiv" };
    const sentence = (service: keyof typeof names) =>
      service === "arxiv" && arxiv !== "" ? arxiv : `${names[service]} ${why}`;
    for (const service of services) {
      for (const each of services) fake.fault(each, each === service ? fault : undefined);
      const { text, isError } = await search({ query: "attention need" });
      expect(isError).toBeUndefined();
      expect(text).toContain("Attention Is All You Need");
      expect(text).toEndWith(`[Left out: ${sentence(service)}]`);
    }
    for (const service of services) fake.fault(service, fault);
    const { text, isError } = await search({});
    expect(isError).toBe(true);
    expect(text.split("\n").slice(1).sort()).toEqual(services.map((each) => `- ${sentence(each)}`).sort());
    fake.takeRefused();
  },
);

test("a service that is busy is asked again after as long as it says", async () => {
  for (const service of services) fake.fault(service, "busy once");
  const { text } = await search({ query: "attention need" });
  expect(text).toStartWith("1 paper");
  expect(text).not.toContain("Left out");
});

test("nothing found is no failure, and says what may help", async () => {
  expect((await search({ query: "Noam Chomsky" })).text).toBe(
    "No papers were found for Noam Chomsky. If that is a person's name, use PaperAuthor.",
  );
  const many = { query: "unheard of words in a row", source: "arxiv", year_from: 2000 };
  expect((await search(many)).text).toBe(
    `No papers were found for ${many.query}. All words must match in some sources: try fewer or other ones. Filters may be too narrow: try without.`,
  );
  for (const service of services) fake.fault(service, "empty");
  expect((await search({})).text).toBe("No papers were found for attention. Try other words for the same thing.");
});

test("years the wrong way round are refused before anything is asked", async () => {
  const before = fake.asked.length;
  const { text, isError } = await search({ year_from: 2020, year_to: 2019 });
  expect([isError, text]).toEqual([true, "The years are the wrong way round: year_from 2020 is after year_to 2019."]);
  expect(fake.asked.length).toBe(before);
});

test("what was found is remembered, but not what lacks a source", async () => {
  const tool = paperSearchTool(fake.library());
  const run = () => placeAt("/").run(tool, { query: "residual" });
  fake.fault("crossref", "down");
  await run();
  fake.fault("crossref", undefined);
  const before = fake.asked.length;
  const whole = await run();
  expect(fake.asked.length - before).toBe(services.length);
  expect(await run()).toEqual(whole);
  expect(fake.asked.length - before).toBe(services.length);
});

test("a slow service is left when the call is stopped", async () => {
  fake.fault("s2", "slow");
  const place = placeAt("/");
  const running = place.run(paperSearchTool(fake.library()), { query: "attention", source: "s2" });
  place.stop.abort();
  expect(await running).toEqual({ text: "No source answered:\n- The request was stopped.", isError: true });
});

test("without keys and addresses to write to the services are asked all the same", async () => {
  const nameless = Object.entries(fake.env).filter(([name]) => !/KEY|EMAIL/.test(name));
  expect((await search({ query: "attention need" }, Object.fromEntries(nameless))).text).toStartWith("1 paper\n");
});

test("characters that a service reads as its own language are words like others", async () => {
  for (const source of services) {
    const { isError } = await search({ query: 'all:"attention is" AND (need) [x OR "', source });
    expect([source, isError]).toEqual([source, undefined]);
  }
});
