/** What the rules of the four wires share. A rule yields a sentence; the first one is the vendor's answer. */
import { isObject, type Json } from "./fake-json.ts";

export type Rules = Generator<string, void>;

/** The first sentence, or undefined when every rule is kept. */
export function firstProblem(rules: Rules): string | undefined {
  const { done, value } = rules.next();
  return done ? undefined : (value ?? undefined);
}

export function unknownField(body: Json, allowed: readonly string[]): string | undefined {
  return Object.keys(body).find((field) => !allowed.includes(field));
}

/** The first entry that is there twice. */
export function repeated(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((id) => seen.size === seen.add(id).size);
}

/** Whether a tool's schema describes an object. */
export function isObjectSchema(schema: unknown): boolean {
  if (!isObject(schema) || String(schema.type).toLowerCase() !== "object") return false;
  return schema.properties === undefined || isObject(schema.properties);
}

export function isBase64(data: unknown): boolean {
  return typeof data === "string" && data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}
