import { expect, test } from "bun:test";
import { createParts, parseArgs, settleStop } from "../../providers/parts.ts";

test("arguments are an object, nothing, or kept raw", () => {
  expect(parseArgs("")).toEqual({ args: {} });
  expect(parseArgs('{"a":[1,null]}')).toEqual({ args: { a: [1, null] } });
  for (const raw of ['{"a":', "[1]", '"text"', "null", "12", "{} {}"]) {
    expect(parseArgs(raw)).toEqual({ args: {}, malformed: raw });
  }
});

test("parts keep the order they began in, and an unfinished call is in the whole only", () => {
  const parts = createParts();
  expect(parts.thinking(0, "hm")).toEqual({ type: "thinking", text: "hm" });
  parts.sign(0, "sig");
  expect(parts.call("x", "Read")).toEqual({ type: "toolCall", index: 0, name: "Read" });
  expect(parts.call("y", "Grep")).toEqual({ type: "toolCall", index: 1, name: "Grep" });
  expect(parts.args("y", '{"q":1}')).toEqual({ type: "toolArgs", index: 1, text: '{"q":1}' });
  parts.finish("y");
  parts.text(3, "a");
  parts.text(3, "b");
  parts.text(4, "");
  const thought = { type: "thinking", text: "hm", signature: "sig" } as const;
  const grep = { type: "toolCall", name: "Grep", args: { q: 1 } } as const;
  const text = { type: "text", text: "ab" } as const;
  expect(parts.kept()).toEqual([thought, grep, text]);
  expect(parts.all()).toEqual([thought, { type: "toolCall", name: "Read", args: {} }, grep, text]);
});

test("a stop and its calls bear each other out", () => {
  const call = { type: "toolCall", name: "Read", args: {} } as const;
  expect(settleStop("endTurn", [call])).toBe("toolUse");
  expect(settleStop("endTurn", [])).toBe("endTurn");
  expect(settleStop("toolUse", [])).toBe("malformedCall");
  expect(settleStop("maxTokens", [call])).toBe("maxTokens");
});
