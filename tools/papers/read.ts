/** Fields of services' answers, each of which may be missing or something else than it should be. */
import { fieldOf } from "../search/engine.ts";
import { ServiceError } from "../web/service.ts";
import { type PaperId, readPaperId } from "./id.ts";

/** The value below a path of names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(fieldOf, value);
}

/** One line of text; undefined where there is none. */
export function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  const flat = typeof value === "string" ? value.replace(/[\s\p{Cc}]+/gu, " ").trim() : "";
  return flat === "" ? undefined : flat;
}

/** A whole number of at least 0. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** The items of a list; none where it is no list. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The items of a list that the answer must have. Throws `ServiceError`. */
export function listed(service: string, answer: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(answer, ...path);
  if (Array.isArray(found)) return found;
  throw otherShape(service);
}

export function otherShape(service: string): ServiceError {
  return new ServiceError(`${service} answered with data of another shape than it documents.`);
}

/** An address of the web. */
export function webUrl(value: unknown): string | undefined {
  const url = typeof value === "string" ? URL.parse(value) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Text without the markup of HTML and JATS. */
export function plain(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const bare = value
    .replace(/<(?:jats:)?title>\s*abstract\s*<\/(?:jats:)?title>/gi, "")
    .replace(/<\/?[a-z][^>]*>/gi, (tag) => (/^<\/?(?:jats:)?(?:p|sec|title|br)\b/i.test(tag) ? " " : ""))
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, digits?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
      const code = digits === undefined ? Number.parseInt(hex ?? "", 16) : Number(digits);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
  return text(bare);
}

/** The DOI and arXiv id that a text names. */
export function namesIn(value: unknown): { readonly doi?: string; readonly arxiv?: string } {
  const id: PaperId | undefined = typeof value === "string" ? readPaperId(value) : undefined;
  if (id?.type === "doi") return { doi: id.value };
  return id?.type === "arxiv" ? { arxiv: id.value } : {};
}
