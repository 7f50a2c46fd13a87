import { afterAll, beforeEach, expect, test } from "bun:test";
import { searchEngines as engineNames } from "../../tools/settings.ts";
import { webSearchTool } from "../../tools/web-search.ts";
import { type EngineFault, fakeSearch } from "../support/fake-search.ts";
import { placeAt } from "./tool-bench.ts";

const fake = fakeSearch();
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  for (const name of engineNames) fake.fault(name, undefined);
});

/** Without what makes it wait or remember: each search has a tool of its own. */
const search = (args: object, env: Readonly<Record<string, string>> = fake.env) => {
  const tool = webSearchTool({ env });
  return placeAt("/").run(tool, tool.schema.parse({ query: "bun sqlite", ...args }) as never);
};

test.each(engineNames)("%s is asked as it documents, and its hits are told", async (engine) => {
  const { text, isError } = await search({ engine });
  expect(isError).toBeUndefined();
  expect(text).toContain(`(${engine})`);
  expect(text).toContain(`](https://${engine}.test/a)`);
});

test("hits have a title, an address, a date and words without tags", async () => {
  expect((await search({ engine: "brave" })).text).toBe(
    "2 hits (brave)\n\n1. [A hit](https://brave.test/a) (2 days ago)\n   Caf'e & more\n2. [B](https://docs.example.com/b)",
  );
  expect((await search({ engine: "duckduckgo" })).text).toBe(
    "1 hit (duckduckgo)\n\n1. [A hit](https://duckduckgo.test/a)\n   About a",
  );
});

test("engines with keys go first, and without any there is still one", async () => {
  expect((await search({})).text).toContain("(tavily)");
  const { DUCKDUCKGO_SEARCH_URL = "" } = fake.env;
  expect((await search({}, { DUCKDUCKGO_SEARCH_URL })).text).toContain("(duckduckgo)");
});

test("domains are given to the engine and held against what it finds", async () => {
  const before = fake.asked.length;
  const domains = { allowed_domains: ["Example.com"], blocked_domains: ["b.test"] };
  expect((await search({ engine: "tavily", ...domains })).text).toBe(
    "1 hit (tavily)\n\n1. [B](https://docs.example.com/b)",
  );
  await search({ engine: "brave", ...domains });
  expect(fake.asked.slice(before)).toEqual([
    'tavily ["bun sqlite",["example.com"],["b.test"]]',
    "brave bun sqlite site:example.com -site:b.test",
  ]);
});

test("a topic goes to an engine that knows it", async () => {
  const before = fake.asked.length;
  expect((await search({ topic: "images" })).text).toContain("(serper)");
  expect((await search({ topic: "map" })).text).toContain("(searxng)");
  expect(fake.asked.slice(before)).toEqual(["serper bun sqlite in images", "searxng bun sqlite in map"]);
  const { text, isError } = await search({ topic: "map", engine: "brave" });
  expect([text, isError]).toEqual([expect.stringContaining("searches map; leave topic out."), true]);
});

const faults: readonly (readonly [EngineFault, string])[] = [
  ["limited", 'Tavily answered with status 429. It asks to wait 3600 s. It says: {"error":"quota"}'],
  ["down", "Tavily answered with status 502."],
  ["page", "Tavily answered with a web page, perhaps of a login or a block, where JSON was due."],
  ["cut", "Tavily answered with broken data where JSON was due."],
  ["loop", "Tavily redirects in a circle; check its address."],
  ["elsewhere", "Tavily redirects elsewhere, to 127.0.0.1:1; check its address."],
];

test.each(faults)("an engine that is %s is told so, and the next one answers", async (fault, sentence) => {
  fake.fault("tavily", fault);
  expect((await search({})).text).toContain("(exa)");
  expect(await search({ engine: "tavily" })).toEqual({ text: `No engine answered:\n- ${sentence}`, isError: true });
});

test("nothing found is no failure, and another engine is asked first", async () => {
  fake.fault("tavily", "empty");
  expect((await search({})).text).toContain("(exa)");
  const { text, isError } = await search({ engine: "tavily" });
  expect([text, isError]).toEqual([
    "Nothing was found for bun sqlite (tavily). Try other words or fewer domains.",
    undefined,
  ]);
});

test("a robot check is told with what helps", async () => {
  const { text } = await search({ engine: "duckduckgo", query: "robot" });
  expect(text).toContain("takes this program for a robot for now; a key for another engine helps.");
});

test("a slow engine is left when the call is stopped", async () => {
  fake.fault("tavily", "slow");
  const tool = webSearchTool({ env: fake.env });
  const place = placeAt("/");
  const running = place.run(tool, { query: "x", engine: "tavily" });
  place.stop.abort();
  expect((await running).isError).toBe(true);
});

test("an engine that has no key here is named", async () => {
  expect((await search({ engine: "exa" }, {})).text).toBe("exa has no key or address here; there are: duckduckgo.");
});

test("what was searched for lately is not searched for again", async () => {
  const tool = webSearchTool({ env: fake.env });
  const before = fake.asked.length;
  const run = () => placeAt("/").run(tool, { query: "same" });
  expect(await run()).toEqual(await run());
  expect(fake.asked.length - before).toBe(1);
});
