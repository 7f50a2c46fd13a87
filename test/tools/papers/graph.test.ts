import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { paperGraphTool } from "../../../tools/paper-graph.ts";
import { fakePapers, type PaperFault, services } from "../../support/fake-papers.ts";
import { workId, world } from "../../support/fake-papers-world.ts";
import { must } from "../../support/must.ts";
import { placeAt } from "../tool-bench.ts";

const fake = fakePapers();
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => {
  for (const service of services) fake.fault(service, undefined);
});
afterEach(() => expect(fake.takeRefused()).toEqual([]));

const graph = (args: object, place = placeAt("/")) => {
  const tool = paperGraphTool(fake.library());
  return place.run(tool, tool.schema.parse(args) as never);
};

interface Drawn {
  readonly nodes: readonly { readonly title: string; readonly isSeed: boolean; readonly citedHere: number }[];
  readonly edges: readonly (readonly [number, number])[];
  readonly notes: readonly string[];
}

async function drawn(args: object): Promise<Drawn> {
  const { details, text } = await graph(args);
  if (details?.type !== "custom") throw new Error(text);
  return details.data as unknown as Drawn;
}

/** What the world says of those that were met: `citing > cited`. */
function citationsAmong(titles: readonly string[]): string[] {
  const met = world.filter(({ title }) => titles.includes(title));
  const keys = new Map(met.map(({ key, title }) => [key, title]));
  return met.flatMap(({ title, cites }) => cites.flatMap((key) => keys.get(key) ?? []).map((to) => `${title} > ${to}`));
}

const edgesOf = ({ nodes, edges }: Drawn) => edges.map(([from, to]) => `${nodes[from]?.title} > ${nodes[to]?.title}`);

test.each([1, 2, 3])("all citations among the papers that are met, %d steps away", async (depth) => {
  for (const direction of ["references", "citations", "both"]) {
    const found = await drawn({ ids: "1706.03762", depth, direction, max_nodes: 100, min_citations: 2_000 });
    const titles = found.nodes.map(({ title }) => title);
    expect(edgesOf(found).sort()).toEqual(citationsAmong(titles).sort());
    expect(new Set(titles).size).toBe(titles.length);
    expect(found.nodes.filter(({ isSeed }) => isSeed).map(({ title }) => title)).toEqual(["Attention Is All You Need"]);
  }
});

test("the direct neighbourhood, what is cited most within it first", async () => {
  const { text } = await graph({ ids: "1706.03762", direction: "references" });
  expect(text.split("\n").slice(0, 4)).toEqual([
    'Semantic Scholar: 8 papers, 14 citations among them. Numbers after "cites" are those of this list.',
    "",
    "1. Long Short-Term Memory (1997)",
    "   Sepp Hochreiter et al. · 95000 citations · doi:10.1162/neco.1997.9.8.1735 · cited here by 5",
  ]);
  expect(text).toContain(
    "[start] Attention Is All You Need (2017)\n   Ashish Vaswani et al. · 120000 citations · arXiv:1706.03762 · cited here by 0; cites 1, 2, 3, 4, 5, 6, 7",
  );
});

test("both indexes tell the same graph", async () => {
  const args = { ids: ["1706.03762", "1301.3781"], depth: 2, min_citations: 5_000 };
  const first = await drawn(args);
  fake.fault("s2", "limited");
  const second = await drawn(args);
  expect(edgesOf(second).sort()).toEqual(edgesOf(first).sort());
  expect(second.notes[0]).toStartWith("Walked in OpenAlex. Semantic Scholar answered with status 429.");
});

test("papers that cite each other are no trap", async () => {
  const twin = must(
    world.find(({ key }) => key === "twin"),
    "twin",
  );
  const found = await drawn({ ids: workId(twin), depth: 3 });
  expect(edgesOf(found).sort()).toEqual(citationsAmong(found.nodes.map(({ title }) => title)).sort());
  expect(found.nodes.map(({ citedHere }) => citedHere)).toEqual([1, 1]);
});

test("a budget, years and a breadth keep papers out, and the budget is told of", async () => {
  const few = await drawn({ ids: "1706.03762", depth: 2, max_nodes: 5 });
  expect(few.nodes).toHaveLength(5);
  expect(few.notes[0]).toMatch(/^The budget of 5 papers is used up; \d+ more were met\.$/);
  const old = await drawn({ ids: "1706.03762", depth: 3, year_to: 2014, direction: "references" });
  expect(old.nodes.map(({ title }) => title)).toEqual([
    "Long Short-Term Memory",
    "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    "Sequence to Sequence Learning with Neural Networks",
    "Attention Is All You Need",
  ]);
  expect((await drawn({ ids: "1706.03762", breadth: 2, direction: "citations" })).nodes).toHaveLength(3);
});

test("long lists give their most cited papers", async () => {
  const found = await drawn({ ids: "1301.3781", direction: "citations", breadth: 5 });
  expect(found.nodes).toHaveLength(6);
  expect(found.notes).toEqual(["1 list is longer than 999; only what came first was looked at."]);
  fake.fault("s2", "down");
  const other = await drawn({ ids: "1301.3781", direction: "citations", breadth: 3 });
  expect(other.nodes.map(({ title }) => title)).toEqual([
    "Efficient Estimation of Word Representations in Vector Space",
    "Deep Contextualized Word Representations",
    "Improving Language Understanding by Generative Pre-Training",
    "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
  ]);
});

test("news of the walk as it goes", async () => {
  const place = placeAt("/");
  await graph({ ids: "1706.03762", depth: 1 }, place);
  expect(place.progress.map((news) => news.type === "status" && news.text)).toEqual([
    "step 1 of 1, 0 of 1 papers followed, 1 met",
    "step 1 of 1, 0 of 1 papers followed, 8 met",
    "Looking for citations among 14 papers",
  ]);
});

const faults: readonly PaperFault[] = ["limited", "down", "page", "cut", "loop", "odd"];

test.each(faults)("where both indexes are %s each says why", async (fault) => {
  for (const service of services) fake.fault(service, fault);
  const { text, isError } = await graph({ ids: "1706.03762" });
  expect([isError, text]).toEqual([true, expect.stringMatching(/^Semantic Scholar .*\nOpenAlex /)]);
});

test.each(faults)("an index that is %s in the middle of a walk leaves what was found, with why", async (fault) => {
  const place = placeAt("/", {
    progress: (news) => news.type === "status" && /step 2 .* 1 of/.test(news.text) && fake.fault("s2", fault),
  });
  const { text, isError } = await graph({ ids: "1706.03762", depth: 2 }, place);
  expect(isError).toBeUndefined();
  expect(text).toMatch(/^Semantic Scholar: \d\d papers/);
  expect(text).toMatch(/\[Semantic Scholar [^\]]+\]$/);
});

test("a walk that is stopped ends", async () => {
  const stop = new AbortController();
  const place = placeAt("/", { signal: stop.signal, progress: () => stop.abort() });
  expect(await graph({ ids: "1706.03762", depth: 2 }, place)).toEqual({ text: "The walk was stopped.", isError: true });
});

test("lists that a publisher keeps closed are told of", async () => {
  const found = await drawn({ ids: "1512.03385", depth: 1, direction: "references" });
  expect(found.notes).toEqual([]);
  const closed = await drawn({ ids: "10.5555/(sici)1097,<3>", direction: "references" });
  expect(closed.notes).toEqual(["1 list of citations could not be had: closed or unknown."]);
});

test.each([
  [{ ids: "x" }, "No paper has a name like"],
  [{ ids: "W1", year_from: 2000, year_to: 1999 }, "The years are the wrong way round"],
  [{ ids: "W99" }, "Neither Semantic Scholar nor OpenAlex knows W99."],
  [{ ids: Array.from({ length: 21 }, (_, at) => `W${at}`) }, "At most 20 papers"],
])("%j is refused with why", async (args, why) => {
  const { text, isError } = await graph(args);
  expect([isError, text]).toEqual([true, expect.stringContaining(why)]);
});
