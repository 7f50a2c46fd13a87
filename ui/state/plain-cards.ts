/**
 * Cards that any tool may have, of data alone: `{ type: "custom", name: "markdown", data: "…" }`, `name: "list"` with texts as
 * `data`, `name: "key-values"` with an object of plain values.
 */
import { plain } from "./plain.ts";

export type PlainCards =
  | { readonly type: "markdown"; readonly text: string }
  | { readonly type: "list"; readonly items: readonly string[] }
  | { readonly type: "key-values"; readonly facts: readonly (readonly [key: string, value: string])[] };

const [mostChars, mostItems] = [100_000, 500];

/** Undefined for other names, and where there is nothing to be shown. */
export function plainCardsOf(name: string, data: unknown): PlainCards | undefined {
  if (name === "markdown")
    return typeof data === "string" && data !== "" ? { type: "markdown", text: cut(data) } : undefined;
  if (name === "list" && Array.isArray(data)) {
    const items = data.slice(0, mostItems).flatMap((each) => shownValue(each) ?? []);
    return items.length === 0 ? undefined : { type: "list", items };
  }
  if (name !== "key-values" || typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
  const facts = Object.entries(data)
    .slice(0, mostItems)
    .flatMap(([key, each]) => {
      const value = shownValue(each);
      return value === undefined ? [] : [[plain(key), value] as const];
    });
  return facts.length === 0 ? undefined : { type: "key-values", facts };
}

const shownValue = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? plain(cut(String(value)))
    : undefined;

const cut = (text: string) => (text.length > mostChars ? `${text.slice(0, mostChars)}…` : text);
