/** Whatever was sent before, a body is what `JSON.stringify` makes of it. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { ModelInfo } from "../../agent/model.ts";
import { RequestTooLargeError } from "../../agent/provider-error.ts";
import { bodyWriter } from "../../providers/body.ts";
import { resolveModel } from "../../providers/catalog.ts";

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const info: ModelInfo = { ...resolveModel("anthropic"), maxRequestBytes: 100 };

test("it reads back as the body, from call to call, whatever of it stayed the same", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.jsonValue(), fc.nat(4)), { maxLength: 20 }), (plan) => {
      const write = bodyWriter("items", { ...info, maxRequestBytes: 0 }, "Test");
      let items: object[] = [];
      for (const [value, cut] of plan) {
        items = [...items.slice(0, Math.max(0, items.length - cut)), { value }];
        const body = { model: "m", items, tools: [value], left: undefined };
        expect(JSON.parse(textOf(write(body)))).toEqual(JSON.parse(JSON.stringify(body)));
      }
    }),
  );
});

test("an item that is the same object is written once", () => {
  let written = 0;
  const item = { toJSON: () => ++written };
  const write = bodyWriter("items", info, "Test");
  expect([textOf(write({ items: [item] })), textOf(write({ items: [item, 5] }))]).toEqual([
    '{"items":[1]}',
    '{"items":[1,5]}',
  ]);
});

test("a body larger than the model accepts is refused before it is sent", () => {
  const write = bodyWriter("items", info, "Test");
  expect(write({ items: ["é".repeat(40)] })).toHaveLength(94);
  expect(() => write({ items: ["é".repeat(45)] })).toThrow(
    new RequestTooLargeError({ provider: "Test", detail: "104 bytes, of at most 100" }),
  );
});
