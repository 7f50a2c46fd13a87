import { expect, test } from "bun:test";
import fc from "fast-check";
import { bibtex, nameOf } from "../../../tools/papers/bibtex.ts";
import type { Paper } from "../../../tools/papers/paper.ts";

const paper = (rest: Partial<Paper>): Paper => ({ ids: {}, title: "On Things", authors: [], pdfUrls: [], ...rest });

/** Reads entries as BibTeX does, and throws where it would complain. */
function readBibtex(text: string) {
  return text.split(/\n\n(?=@)/).map((entry) => {
    const [, type = "", key = "", body = ""] = /^@(\w+)\{([^\s,{}]+),\n([\s\S]*)\n\}$/.exec(entry) ?? [];
    if (type === "") throw new Error(`no entry: ${entry}`);
    const fields = body.split(/,\n {2}/).map((line) => {
      const [, name = "", value] = /^ *(\w+) = \{([\s\S]*)\}$/.exec(line) ?? [];
      if (value === undefined) throw new Error(`no field: ${line}`);
      const isTex = !["doi", "url", "eprint"].includes(name);
      let depth = 0;
      for (const [sign] of value.matchAll(/[{}]/g)) {
        depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
        if (depth < 0) throw new Error(`unbalanced: ${value}`);
      }
      if (depth !== 0) throw new Error(`unbalanced: ${value}`);
      if (isTex && /[&%$#_~^]/.test(value.replace(/\\[&%$#_]/g, ""))) throw new Error(`not escaped: ${value}`);
      return [name, value] as const;
    });
    return { type, key, fields: Object.fromEntries(fields) };
  });
}

test("a paper of a conference, with its DOI and its preprint", () => {
  const text = bibtex([
    paper({
      title: "BERT: Pre-training of Deep Transformers",
      authors: [{ name: "Jacob Devlin" }, { name: "Ming-Wei Chang", family: "Chang" }],
      ids: { doi: "10.18653/v1/n19-1423", arxiv: "1810.04805" },
      year: 2019,
      kind: "conference",
      venue: "NAACL & Friends",
      pages: "4171 - 4186",
      publisher: "ACL",
      arxivClass: "cs.CL",
    }),
  ]);
  expect(text).toBe(`@inproceedings{devlin2019bert,
  title = {{BERT:} Pre-training of Deep Transformers},
  author = {Devlin, Jacob and Chang, Ming-Wei},
  booktitle = {NAACL \\& Friends},
  year = {2019},
  pages = {4171--4186},
  publisher = {ACL},
  doi = {10.18653/v1/n19-1423},
  eprint = {1810.04805},
  archivePrefix = {arXiv},
  primaryClass = {cs.CL}
}`);
});

test("each kind has its type of entry and the field that it must have", () => {
  const kinds = [
    "article",
    "conference",
    "book",
    "chapter",
    "thesis",
    "report",
    "preprint",
    "dataset",
    "other",
  ] as const;
  const entries = readBibtex(bibtex(kinds.map((kind) => paper({ kind, venue: "V", publisher: "P", year: 2000 }))));
  expect(
    entries.map(({ type, fields }) => [type, fields.journal ?? fields.booktitle ?? fields.publisher ?? ""]),
  ).toEqual([
    ["article", "V"],
    ["inproceedings", "V"],
    ["book", "P"],
    ["incollection", "V"],
    ["phdthesis", ""],
    ["techreport", ""],
    ["misc", ""],
    ["misc", ""],
    ["misc", ""],
  ]);
  expect(entries.map(({ fields }) => fields.school ?? fields.institution ?? "").slice(4, 6)).toEqual(["P", "P"]);
  expect(readBibtex(bibtex([paper({ kind: "article" })]))[0]?.type).toBe("misc");
});

test("keys are never the same", () => {
  const same = Array.from({ length: 40 }, () =>
    paper({ authors: [{ name: "Ana Çelik" }], year: 2020, title: "The Way" }),
  );
  const keys = readBibtex(bibtex(same)).map(({ key }) => key);
  expect(new Set(keys).size).toBe(40);
  expect(keys.slice(0, 3)).toEqual(["celik2020way", "celik2020waya", "celik2020wayb"]);
});

const names: readonly (readonly [string, string])[] = [
  ["Ashish Vaswani", "Vaswani, Ashish"],
  ["Tom B. Brown", "Brown, Tom B."],
  ["Ludwig van Beethoven", "van Beethoven, Ludwig"],
  ["Guido van Rossum Jr.", "van Rossum, Jr., Guido"],
  ["Pedro de la Cruz", "de la Cruz, Pedro"],
  ["Sammy Davis III", "Davis, III, Sammy"],
  ["Plato", "{Plato}"],
  ["王伟", "{王伟}"],
  ["Jürgen Schmidhuber", "Schmidhuber, Jürgen"],
];

test.each(names)("%s is written as %s", (name, written) => expect(nameOf({ name })).toBe(written));

test("a family name of several words is kept together, an organisation is not turned round", () => {
  expect(nameOf({ name: "Gabriel García Márquez", family: "García Márquez" })).toBe("García Márquez, Gabriel");
  expect(nameOf({ name: "The LIGO & Virgo Collaboration", isGroup: true })).toBe("{The LIGO \\& Virgo Collaboration}");
});

test("any text makes an entry that BibTeX can read", () => {
  const text = fc
    .oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."{}\\%$#&_^~ aB,") }))
    .map((each) => each.replace(/[\s\p{Cc}]+/gu, " ").trim());
  const any = fc.record({ title: text, venue: text, name: text, doi: text.filter((each) => !each.includes(",")) });
  fc.assert(
    fc.property(any, ({ title, venue, name, doi }) => {
      const made = bibtex([paper({ title, venue, authors: [{ name }], ids: { doi: `10.1/${doi}` }, kind: "article" })]);
      expect(readBibtex(made)).toHaveLength(1);
    }),
  );
});
