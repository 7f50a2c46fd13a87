/** Papers as entries of BibTeX (Patashnik, "BibTeXing", 1988; `eprint` as arXiv asks for it), in UTF-8. */
import { type Author, addressOf, type Kind, type Paper } from "./paper.ts";

/** An entry each, with keys of their own: `vaswani2017attention`. */
export function bibtex(papers: readonly Paper[]): string {
  const used = new Set<string>();
  return papers.map((paper) => entry(paper, freeKey(paper, used))).join("\n\n");
}

/** A type of entry and the field that says where it came out. */
const forms: { readonly [Of in Kind]: readonly [string, string] } = {
  article: ["article", "journal"],
  conference: ["inproceedings", "booktitle"],
  book: ["book", "publisher"],
  chapter: ["incollection", "booktitle"],
  thesis: ["phdthesis", "school"],
  report: ["techreport", "institution"],
  preprint: ["misc", "howpublished"],
  dataset: ["misc", "howpublished"],
  other: ["misc", "howpublished"],
};

function entry(paper: Paper, key: string): string {
  const { ids, year, volume, issue, pages, publisher, venue, arxivClass } = paper;
  const kind = paper.kind ?? (venue === undefined ? "other" : "article");
  const isBook = kind === "book" || kind === "thesis" || kind === "report";
  const place = isBook ? (publisher ?? venue) : venue;
  // What has no place is none of the types that must have one.
  const [type, placeField] = place === undefined ? forms.other : forms[kind];
  const isInBook = type === "inproceedings" || type === "incollection";
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["title", escaped(paper.title, protectedWord)],
    ["author", paper.authors.map(nameOf).join(" and ") || undefined],
    [placeField, kind === "preprint" && ids.arxiv !== undefined ? undefined : place && escaped(place)],
    ["year", year?.toString()],
    ["volume", volume && escaped(volume)],
    ["number", issue && escaped(issue)],
    ["pages", pages && escaped(pages.replace(/\s*[-–—]+\s*/g, "--"))],
    ["publisher", isInBook && publisher ? escaped(publisher) : undefined],
    ["doi", ids.doi && verbatim(ids.doi)],
    ["eprint", ids.arxiv],
    ["archivePrefix", ids.arxiv && "arXiv"],
    ["primaryClass", ids.arxiv && arxivClass],
    ["url", ids.doi === undefined && ids.arxiv === undefined ? verbatim(addressOf(paper) ?? "") : undefined],
  ];
  const lines = fields.flatMap(([name, value]) => (value ? [`  ${name} = {${value}}`] : []));
  return `@${type}{${key},\n${lines.join(",\n")}\n}`;
}

const special: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  // BibTeX counts braces, with a backslash or without.
  "{": "\\textbraceleft{}",
  "}": "\\textbraceright{}",
};

/** Text that TeX sets as it is. */
function escaped(text: string, word = (each: string) => each): string {
  return text
    .split(/(\s+)/)
    .map((part) => word(part.replace(/[\\~^{}&%$#_]/g, (sign) => special[sign] ?? `\\${sign}`)))
    .join("");
}

/** Styles make titles small; what has capitals inside keeps them. */
function protectedWord(word: string): string {
  return /^[^\p{L}]*\p{L}.*\p{Lu}/u.test(word) && !word.includes("\\text") ? `{${word}}` : word;
}

/** For fields that are no TeX. */
function verbatim(text: string): string {
  return text.replace(/[{}\\\s]/g, (sign) => encodeURIComponent(sign));
}

/** Words that begin a family name. */
const particles = /^(?:van|von|vom|zu|zur|der|den|ten|ter|de|del|della|di|da|dos|das|du|la|le|el|al|bin|ibn|af|av)$/;
const suffixes = /^(?:jr|sr|ii|iii|iv)\.?$/i;

/** `Last, First`, as BibTeX reads it without a doubt. */
export function nameOf({ name, family, isGroup }: Author): string {
  if (isGroup) return `{${escaped(name)}}`;
  const words = name.replaceAll(",", " ").split(/\s+/).filter(Boolean);
  const last = words.at(-1) ?? "";
  const suffix = words.length > 2 && suffixes.test(last) ? last : undefined;
  const bare = suffix === undefined ? words : words.slice(0, -1);
  if (bare.length < 2) return `{${escaped(bare.join(" "))}}`;
  const tail = family?.split(/\s+/).filter((word) => !suffixes.test(word)) ?? [];
  const isTail = tail.length > 0 && tail.length < bare.length && bare.slice(-tail.length).join(" ") === tail.join(" ");
  const particle = bare.findIndex((word, at) => at > 0 && at < bare.length - 1 && particles.test(word));
  const from = isTail ? bare.length - tail.length : particle > 0 ? particle : bare.length - 1;
  const parts = [bare.slice(from).join(" "), ...(suffix ? [suffix] : []), bare.slice(0, from).join(" ")];
  return parts.map((part) => escaped(part)).join(", ");
}

const fillers = new Set("a an the on in of for and to with from is are by at".split(" "));

function freeKey({ authors, year, title }: Paper, used: Set<string>): string {
  const [first] = authors;
  const family = first ? nameOf(first).split(",")[0] : undefined;
  const word = title.split(/[\s-]+/).find((each) => ascii(each) !== "" && !fillers.has(ascii(each)));
  const key = [ascii(family ?? "") || "anonymous", year ?? "", ascii(word ?? "")].join("");
  const free = [key, ..."abcdefghijklmnopqrstuvwxyz"].map((each, at) => (at === 0 ? key : key + each));
  let found = free.find((each) => !used.has(each));
  for (let number = 1; found === undefined; number++)
    found = used.has(`${key}${number}`) ? undefined : `${key}${number}`;
  used.add(found);
  return found;
}

function ascii(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[^a-z0-9]/gi, "")
    .toLowerCase();
}
