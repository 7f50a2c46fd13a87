import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { paperDetailsTool } from "../../../tools/paper-details.ts";
import { fakePapers, type PaperFault, services } from "../../support/fake-papers.ts";
import { byKey, s2Id, workId, world } from "../../support/fake-papers-world.ts";
import { must } from "../../support/must.ts";
import { placeAt } from "../tool-bench.ts";

const fake = fakePapers();
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  for (const service of services) fake.fault(service, undefined);
});
afterEach(() => expect(fake.takeRefused().filter((each) => !each.includes("No valid paper ids given"))).toEqual([]));

const details = (args: object) => {
  const tool = paperDetailsTool(fake.library());
  return placeAt("/").run(tool, tool.schema.parse(args) as never);
};
const heads = (text: string) => [...text.matchAll(/^\d+\. (.+)$/gm)].map(([, head]) => head);
const paperAt = (key: string) => must(byKey.get(key), key);

test("a paper is told of by any of its names", async () => {
  const lstm = paperAt("lstm");
  for (const id of [
    lstm.doi,
    s2Id(lstm),
    workId(lstm),
    `CorpusId:${world.indexOf(lstm)}`,
    `https://doi.org/${lstm.doi}`,
  ]) {
    const { text } = await details({ ids: must(id, "an id") });
    expect([id, heads(text)]).toEqual([id, ["Long Short-Term Memory (1997)"]]);
  }
  expect((await details({ ids: "arXiv:1706.03762v5" })).text).toBe(
    [
      "1. Attention Is All You Need (2017)",
      "   Ashish Vaswani, Noam Shazeer, Niki Parmar, Illia Polosukhin · Neural Information Processing Systems · 120000 citations · open access",
      "   arXiv:1706.03762",
      "   The dominant sequence transduction models are based on recurrent networks. We propose the Transformer.",
    ].join("\n"),
  );
});

test("many are asked for at once, told in their order, and those that nobody has are named", async () => {
  const before = fake.asked.length;
  const ids = Array.from({ length: 499 }, (_, at) => `10.5555/filler.${at}`);
  const { text } = await details({ ids: ["10.9999/nothing", ...ids].join(",") });
  const told = heads(text);
  expect(told).toHaveLength(500);
  expect(told[0]).toBe("10.9999/nothing was not found.");
  expect(told[1]).toBe("Filler study number 0 of plenty (1990)");
  expect(told[499]).toBe("Filler study number 498 of plenty (2008)");
  expect(fake.asked.slice(before)).toEqual(["s2 POST /paper/batch", "openalex GET /works", "crossref GET /works"]);
});

test("what one service does not know, another may", async () => {
  expect(heads((await details({ ids: "10.5555/twin" })).text)[0]).toStartWith("Round and Round");
  const { text, isError } = await details({ ids: "10.5555/twin", source: "s2" });
  expect([isError, text]).toEqual([true, "10.5555/twin was not found."]);
});

test("with a service down the others are asked, and what they lack is not said to be missing", async () => {
  fake.fault("s2", "down");
  const { text } = await details({ ids: ["1706.03762", "10.5555/(sici)1097,<3>", "10.9999/nothing"] });
  expect(heads(text)).toEqual([
    "Attention Is All You Need (2017)",
    "Sagas & 100% of the Café_Costs: The {X} of $y (2001)",
    "10.9999/nothing could not be looked up everywhere.",
  ]);
  expect(text).toEndWith("[Semantic Scholar answered with status 502.]");
});

const faults: readonly PaperFault[] = ["limited", "down", "page", "cut", "loop", "odd"];

test.each(faults)("where all are %s each says why", async (fault) => {
  for (const service of services) fake.fault(service, fault);
  const { text, isError } = await details({ ids: ["10.1162/neco.1997.9.8.1735"] });
  expect(isError).toBe(true);
  expect(text.split("\n")).toHaveLength(4);
  expect(text).toContain("Semantic Scholar ");
  const links = await details({ ids: "1706.03762", operation: "citations" });
  expect([links.isError, links.text]).toEqual([true, expect.stringMatching(/Semantic Scholar .*OpenAlex/)]);
});

test("references and citations, with the most that was asked for", async () => {
  const references = await details({ ids: "1706.03762", operation: "references" });
  expect(references.text).toStartWith("arXiv:1706.03762: 7 papers that it cites\n\n1. Neural Machine Translation");
  const citations = await details({ ids: "1706.03762", operation: "citations", limit: 2 });
  expect(heads(citations.text)).toHaveLength(2);
  expect(citations.text).toEndWith("[There are more than these 2; a larger limit shows them, up to 1,000.]");
});

test("citations are narrowed over all pages that there are", async () => {
  const narrow = { ids: "1301.3781", operation: "citations", year_from: 2019, limit: 1_000 };
  const { text } = await details(narrow);
  const wanted = world.filter(({ cites, year }) => cites.includes("word2vec") && year >= 2019);
  expect(heads(text)).toHaveLength(wanted.length);
  const influential = await details({ ...narrow, influential_only: true });
  expect(heads(influential.text)).toHaveLength(wanted.filter(({ citations }) => citations % 2 === 0).length);
  const other = await details({ ...narrow, source: "openalex", ids: ["1301.3781"] });
  expect(heads(other.text)).toHaveLength(wanted.length);
});

test("OpenAlex tells who cites whom where Semantic Scholar does not", async () => {
  fake.fault("s2", "limited");
  const { text } = await details({ ids: "1706.03762", operation: "references" });
  expect(heads(text)).toHaveLength(7);
  expect(text).toContain("[Told by OpenAlex. Semantic Scholar answered with status 429.");
});

test("OpenAlex tells what a publisher keeps others from telling", async () => {
  const { text } = await details({ ids: "10.5555/(sici)1097,<3>", operation: "references" });
  expect(heads(text)).toEqual(["Round and Round: Two Papers that Cite Each Other (2001)"]);
  expect(text).toEndWith("[Told by OpenAlex. Semantic Scholar may not tell this list: its publisher keeps it closed.]");
});

test("BibTeX for all, with what Crossref knows of where they came out", async () => {
  const { text } = await details({
    ids: ["10.5555/(sici)1097,<3>", "1706.03762", "10.9999/nothing"],
    operation: "bibtex",
  });
  expect(text).toBe(`@book{vanbeethoven2001sagas,
  title = {Sagas \\& 100\\% of the {Café\\_Costs:} The \\textbraceleft{}X\\textbraceright{} of \\$y},
  author = {van Beethoven, Ludwig and Davis, Jr., Sammy and {王伟}},
  publisher = {A House},
  year = {2001},
  doi = {10.5555/(sici)1097,<3>}
}

@inproceedings{vaswani2017attention,
  title = {Attention Is All You Need},
  author = {Vaswani, Ashish and Shazeer, Noam and Parmar, Niki and Polosukhin, Illia},
  booktitle = {Neural Information Processing Systems},
  year = {2017},
  pages = {5998--6008},
  eprint = {1706.03762},
  archivePrefix = {arXiv}
}

% 10.9999/nothing was not found.`);
  fake.fault("crossref", "down");
  const without = await details({ ids: "10.1162/neco.1997.9.8.1735", operation: "bibtex" });
  expect(without.text).toContain("@article{hochreiter1997long,");
  expect(without.text).toEndWith("[Without what Crossref knows: Crossref answered with status 502.]");
});

const wrong: readonly (readonly [object, string])[] = [
  [{ ids: "nonsense" }, 'No paper has a name like "nonsense".'],
  [{ ids: ["W1", "W2"], operation: "citations" }, "citations are told of one paper a call, not of 2"],
  [{ ids: "W1", year_from: 2000 }, 'influential_only and year_from are for operation "citations".'],
  [{ ids: "W1", operation: "citations", source: "arxiv" }, "Only s2 and openalex know who cites whom."],
  [{ ids: "W1", operation: "citations", influential_only: true }, "Only Semantic Scholar knows which citations"],
  [{ ids: "W99", operation: "references" }, "OpenAlex does not know W99."],
  [{ ids: "10.9999/x", operation: "references" }, "Semantic Scholar and OpenAlex do not know 10.9999/x."],
];

test.each(wrong)("%j is refused with why", async (args, why) => {
  const { text, isError } = await details(args);
  expect([isError, text]).toEqual([true, expect.stringContaining(why)]);
});
