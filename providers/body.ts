/** The text of a request's body. A conversation is sent again with every call, so its text is kept from call to call. */
import type { ModelInfo } from "../agent/model.ts";
import { checkSize } from "./call.ts";

/**
 * Writes the bodies of one model's calls as JSON. Of the array in the field `list`, an item that is the same object at the
 * same place as in the call before is not serialised again; items must not change. Throws `RequestTooLargeError` where
 * the text is larger than the model accepts.
 */
export function bodyWriter(list: string, info: ModelInfo, provider: string): (body: object) => string {
  let items: readonly unknown[] = [];
  let texts: readonly string[] = [];
  return (body) => {
    const { [list]: found, ...rest } = body as Record<string, unknown>;
    const next: readonly unknown[] = Array.isArray(found) ? found : [];
    const [before, known] = [items, texts];
    const write = (item: unknown, at: number) => `${at === 0 ? "" : ","}${JSON.stringify(item)}`;
    texts = next.map((item, at) => (item === before[at] ? known[at] : undefined) ?? write(item, at));
    items = next;
    const head = JSON.stringify({ ...rest, [list]: [] });
    const text = [head.slice(0, -2), ...texts, "]}"].join("");
    checkSize(text, info, provider);
    return text;
  };
}
