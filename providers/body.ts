/** The bytes of a request's body. A conversation is sent again with every call, so its bytes are kept from call to call. */
import type { ModelInfo } from "../agent/model.ts";
import { checkSize } from "./call.ts";

/**
 * Writes the bodies of one model's calls as JSON in UTF-8. The array in the field `list` is written anew only from the first
 * item that is not the same object as in the call before; items must not change. Throws `RequestTooLargeError` where the
 * body is larger than the model accepts.
 */
export function bodyWriter(list: string, info: ModelInfo, provider: string): (body: object) => Uint8Array {
  const written = new Written();
  return (body) => {
    const { [list]: items, ...rest } = body as Record<string, unknown>;
    const head = JSON.stringify({ ...rest, [list]: [] }).slice(0, -2);
    const bytes = Buffer.concat([
      Buffer.from(head),
      written.update(Array.isArray(items) ? items : []),
      Buffer.from("]}"),
    ]);
    checkSize(bytes.length, info, provider);
    return bytes;
  };
}

/** A list as JSON, without its brackets. */
class Written {
  #items: readonly unknown[] = [];
  /** Where each item ends in the bytes. */
  readonly #ends: number[] = [];
  #bytes = Buffer.alloc(0);

  /** What is returned holds until the next call. */
  update(items: readonly unknown[]): Uint8Array {
    const known = Math.min(this.#ends.length, items.length);
    let same = 0;
    while (same < known && items[same] === this.#items[same]) same += 1;
    this.#ends.length = same;
    for (const item of items.slice(same)) this.#add(JSON.stringify(item));
    this.#items = items;
    return this.#bytes.subarray(0, this.#ends.at(-1) ?? 0);
  }

  #add(json: string): void {
    const from = this.#ends.at(-1) ?? 0;
    const text = from === 0 ? json : `,${json}`;
    const end = from + Buffer.byteLength(text);
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.write(text, from);
    this.#ends.push(end);
  }

  #grow(least: number): void {
    const grown = Buffer.allocUnsafe(Math.max(least, this.#bytes.length * 2));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}
