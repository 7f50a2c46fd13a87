import { expect, test } from "bun:test";
import fc from "fast-check";
import { readScholarId } from "../../../tools/papers/author.ts";
import { keyOf, readIds, readPaperId, splitIds, wordOf } from "../../../tools/papers/id.ts";

const sha = "204e3073870fae3d05bcbc2f6a8e263d9b72e776";

const names: readonly (readonly [string, string])[] = [
  ["10.1000/XYZ.Abc", "doi:10.1000/xyz.abc"],
  ["doi: 10.1000/182.", "doi:10.1000/182"],
  ["https://doi.org/10.1000%2F182", "doi:10.1000/182"],
  ["http://dx.doi.org/10.1000/182", "doi:10.1000/182"],
  ["https://dl.acm.org/doi/abs/10.1145/3292500.3330701?x=1", "doi:10.1145/3292500.3330701"],
  [
    "10.1002/(SICI)1097-4571(1999)50:9<763::AID>3.0.CO;2-1",
    "doi:10.1002/(sici)1097-4571(1999)50:9<763::aid>3.0.co;2-1",
  ],
  ["1706.03762", "arxiv:1706.03762"],
  ["arXiv:1706.03762v5", "arxiv:1706.03762v5"],
  ["https://arxiv.org/abs/1706.03762v5", "arxiv:1706.03762v5"],
  ["https://arxiv.org/pdf/1706.03762v2.pdf", "arxiv:1706.03762v2"],
  ["https://export.arxiv.org/abs/hep-th/9901001", "arxiv:hep-th/9901001"],
  ["math.GT/0309136", "arxiv:math.gt/0309136"],
  ["10.48550/arXiv.1706.03762", "arxiv:1706.03762"],
  [sha.toUpperCase(), `s2:${sha}`],
  [`https://www.semanticscholar.org/paper/Attention-is-All/${sha}`, `s2:${sha}`],
  ["CorpusID: 13756489", "s2:CorpusId:13756489"],
  ["https://api.semanticscholar.org/CorpusID:13756489", "s2:CorpusId:13756489"],
  ["w2741809807", "openalex:W2741809807"],
  ["https://openalex.org/works/W2741809807", "openalex:W2741809807"],
];

test.each(names)("%s is %s", (text, key) => {
  const id = readPaperId(text);
  expect(id && keyOf(id)).toBe(key);
  expect(id && readPaperId(wordOf(id))).toEqual(id);
});

test.each(["", "attention", "10.1000", "170.03762", "https://example.org/paper.pdf", "W", "deadbeef", "https://%%%"])(
  "%j is no name of a paper",
  (text) => expect(readPaperId(text)).toBeUndefined(),
);

test("bundles are taken apart, whatever they are", () => {
  expect(splitIds('["10.1/a", "1706.03762"]')).toEqual(["10.1/a", "1706.03762"]);
  expect(splitIds("10.1000/a,1706.03762")).toEqual(["10.1000/a", "1706.03762"]);
  expect(splitIds(["1706.03762, 10.1000/a", '["W1"]'])).toEqual(["1706.03762", "10.1000/a", "W1"]);
  expect(splitIds("10.5555/(sici)1097,<3>")).toEqual(["10.5555/(sici)1097,<3>"]);
  expect(splitIds(" ")).toEqual([]);
});

test("each paper is asked for once, in order, and what is none is named", () => {
  const ids = readIds("10.1000/B, arXiv:1706.03762, 10.1000/b", 9);
  expect(typeof ids === "string" ? ids : ids.map(keyOf)).toEqual(["doi:10.1000/b", "arxiv:1706.03762"]);
  expect(readIds(["nonsense", "W1"], 9)).toStartWith('No paper has a name like "nonsense". Give DOIs');
  expect(readIds("[]", 9)).toBe("No ids were given.");
  expect(readIds(["W1", "W2"], 1)).toBe("At most 1 papers can be asked for at once, not 2; ask in several calls.");
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
      const ids = readIds(text, 500);
      expect(typeof ids === "string" || ids.length > 0).toBe(true);
    }),
  );
});

test("people have ids of their own", () => {
  expect(readScholarId("https://www.semanticscholar.org/author/Ashish-Vaswani/40348417")).toBe("40348417");
  expect(readScholarId("https://openalex.org/a5023888391")).toBe("A5023888391");
  expect(readScholarId("https://orcid.org/0000-0002-1825-009x")).toBe("0000-0002-1825-009X");
  expect(readScholarId("Ashish Vaswani")).toBeUndefined();
});
