import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { paperAuthorTool } from "../../../tools/paper-author.ts";
import { fakePapers, type PaperFault, services } from "../../support/fake-papers.ts";
import { authorId } from "../../support/fake-papers-world.ts";
import { placeAt } from "../tool-bench.ts";

const fake = fakePapers();
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  for (const service of services) fake.fault(service, undefined);
});
afterEach(() => expect(fake.takeRefused()).toEqual([]));

const author = (args: object) => {
  const tool = paperAuthorTool(fake.library());
  return placeAt("/").run(tool, tool.schema.parse(args) as never);
};

const ba = authorId("Jimmy Ba");
const fred = authorId("Fred Filler");

test("people are found by name, and by their ids in the services", async () => {
  const line = `1. Jimmy Ba · id ${ba}\n   Somewhere · 2 papers · 5 citations · h-index 2`;
  expect((await author({ query: "jimmy" })).text).toBe(`1 author (Semantic Scholar)\n\n${line}`);
  expect((await author({ ids: [ba, `https://openalex.org/A${ba}`, "A7"] })).text).toBe(
    `${line}\n2. Jimmy Ba · id A${ba}\n   Somewhere · 2 papers · 5 citations · h-index 2\n3. A7 was not found.`,
  );
});

test("the papers of a person, between years, up to a limit", async () => {
  const papers = { ids: ba, operation: "papers" };
  expect((await author(papers)).text).toStartWith(`Author ${ba}: 2 papers\n\n1. Adam: A Method`);
  const { text, details } = await author({ ...papers, year_from: 2016, year_to: 2016 });
  expect(text).toStartWith(`Author ${ba}: 1 paper\n\n1. Layer Normalization (2016)`);
  expect(details).toMatchObject({ type: "custom", name: "papers", data: [{ title: "Layer Normalization" }] });
  expect((await author({ ...papers, ids: `A${ba}`, year_to: 2015 })).text).toContain("1. Adam: A Method");
  expect((await author({ ids: fred, operation: "papers", limit: 5 })).text).toEndWith("fewer years show them.");
  const most = await author({ ids: fred, operation: "papers", year_from: 2019 });
  expect(most.text).toStartWith(`Author ${fred}: 38 papers`);
});

test("another service is asked where the first fails", async () => {
  fake.fault("s2", "limited");
  const { text } = await author({ query: "jimmy" });
  expect(text).toStartWith(`1 author (OpenAlex)\n\n1. Jimmy Ba · id A${ba}`);
  expect(text).toContain("[Left out: Semantic Scholar answered with status 429. It asks to wait 3600 s.");
});

const faults: readonly PaperFault[] = ["limited", "down", "page", "cut", "loop", "odd"];

test.each(faults)("where both are %s each says why", async (fault) => {
  for (const service of services) fake.fault(service, fault);
  for (const args of [{ query: "jimmy" }, { ids: [ba, `A${ba}`] }, { ids: [ba, `A${ba}`], operation: "papers" }]) {
    const { text, isError } = await author(args);
    expect([isError, text]).toEqual([true, expect.stringMatching(/^No source answered:\n.*Scholar.*\n.*OpenAlex/)]);
  }
});

test("nobody found is no failure", async () => {
  expect((await author({ query: "nobody at all" })).text).toStartWith("Nobody was found for nobody at all");
  fake.fault("s2", "empty");
  expect((await author({ query: "jimmy" })).isError).toBeUndefined();
});

const wrong: readonly (readonly [object, string])[] = [
  [{}, "Give either query or ids."],
  [{ query: "a", ids: "1" }, "Give either query or ids."],
  [{ query: "a", operation: "papers" }, "find the id by query first"],
  [{ ids: "1", year_from: 2000 }, 'year_from and year_to are for operation "papers".'],
  [{ ids: "1", operation: "papers", year_from: 2001, year_to: 2000 }, "The years are the wrong way round"],
  [{ ids: "Jimmy" }, '"Jimmy" is no id of a person'],
  [{ ids: Array.from({ length: 21 }, (_, at) => String(at)), operation: "papers" }, "At most 20 people"],
  [{ ids: "99999" }, "99999 was not found."],
];

test.each(wrong)("%j is refused with why", async (args, why) => {
  const { text, isError } = await author(args);
  expect([isError, text]).toEqual([true, expect.stringContaining(why)]);
  fake.takeRefused();
});
