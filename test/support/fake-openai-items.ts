/** The items of a Responses request. */
import { type Json, list } from "./fake-json.ts";

/** Content as parts: a string is one text part. */
export function contentParts(content: unknown): Json[] {
  return typeof content === "string" ? [{ type: "input_text", text: content }] : list(content);
}

/** Input as items: a string is one user message. */
export function inputItems(body: Json): Json[] {
  const input = body.input;
  return typeof input === "string" ? [{ role: "user", content: input }] : list(input);
}
