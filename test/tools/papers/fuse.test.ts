import { expect, test } from "bun:test";
import fc from "fast-check";
import { fuse, sameKeys } from "../../../tools/papers/fuse.ts";
import type { Paper } from "../../../tools/papers/paper.ts";

const paper = (title: string, rest: Partial<Paper> = {}): Paper => ({
  ids: {},
  title,
  authors: [],
  pdfUrls: [],
  ...rest,
});
const ranking = (papers: readonly Paper[], weight = 1) => ({ papers, weight });
const titles = (papers: readonly Paper[]) => papers.map(({ title }) => title);

test("what two rankings know comes before what one ranks first", () => {
  const [a, b, c] = ["Alpha of everything", "Beta of everything", "Gamma of everything"].map((title) => paper(title));
  if (!a || !b || !c) throw new Error("three papers");
  expect(titles(fuse([ranking([a, b]), ranking([c, b])]))).toEqual([b.title, a.title, c.title]);
  expect(titles(fuse([ranking([a]), ranking([b], 0.5), ranking([c])]))).toEqual([a.title, c.title, b.title]);
});

test("papers are the same by DOI, by arXiv id, by title and first author, and by a chain of these", () => {
  const preprint = paper("On Many Things", {
    ids: { arxiv: "2001.00001" },
    kind: "preprint",
    venue: "arXiv",
    year: 2020,
  });
  const both = paper("On many things, revised", { ids: { arxiv: "2001.00001", doi: "10.1/x" } });
  const journal = paper("Of Very Many Things", {
    ids: { doi: "10.1/x", openalex: "W1" },
    kind: "article",
    venue: "Things",
    volume: "7",
    year: 2021,
    citations: 9,
  });
  for (const rankings of [[[preprint], [journal], [both]], [[preprint, journal, both]]]) {
    const fused = fuse(rankings.map((papers) => ranking(papers)));
    expect(fused).toHaveLength(1);
    expect(fused[0]).toMatchObject({
      title: "On Many Things",
      ids: { arxiv: "2001.00001", doi: "10.1/x", openalex: "W1" },
      kind: "article",
      venue: "Things",
      volume: "7",
      year: 2020,
      citations: 9,
    });
  }
});

test("accents and signs in a title make no difference, another author and a short title do", () => {
  const authors = [{ name: "Ana Núñez" }];
  expect(sameKeys(paper("Études: a Method", { authors }))).toEqual(
    sameKeys(paper("Etudes — A method!", { authors: [{ name: "A. Nunez" }] })),
  );
  expect(
    fuse([
      ranking([paper("Études: a Method", { authors }), paper("Études: a Method", { authors: [{ name: "B C" }] })]),
    ]),
  ).toHaveLength(2);
  expect(fuse([ranking([paper("Editorial"), paper("Editorial")])])).toHaveLength(2);
});

test("each paper is there once, however the rankings overlap", () => {
  const any = fc
    .integer({ min: 0, max: 12 })
    .map((at) => paper(`Paper number ${at} of a few`, { ids: at % 3 === 0 ? { doi: `10.1/${at}` } : {} }));
  fc.assert(
    fc.property(fc.array(fc.array(any)), (lists) => {
      const fused = titles(fuse(lists.map((papers) => ranking(papers))));
      expect(new Set(fused).size).toBe(fused.length);
      expect(new Set(fused)).toEqual(new Set(lists.flatMap(titles)));
    }),
  );
});
