import { expect, test } from "bun:test";
import { z } from "zod";
import type { Message } from "../../agent/message.ts";
import { type AnyTool, defineTool } from "../../agent/tool.ts";
import { Toolbox, toolboxFor } from "../../agent/toolbox.ts";

const tool = (name: string): AnyTool =>
  defineTool({ name, description: name, schema: z.strictObject({}), run: () => name });
const names = (tools: readonly AnyTool[]) => tools.map(({ name }) => name).join(" ");

test("a tool of the shelf is offered behind the others once it is taken or called, and the old list is left as it was", () => {
  const box = new Toolbox([tool("A"), tool("B")], [tool("X"), tool("Y"), tool("Z")]);
  const before = box.offered;
  expect(names(box.take(["Y", "A", "None"]))).toBe("Y");
  expect(box.find("X")?.name).toBe("X");
  expect([names(before), names(box.offered), names(box.shelf)]).toEqual(["A B", "A B Y X", "Z"]);
});

test("finding what is offered, or nothing, changes nothing", () => {
  const box = new Toolbox([tool("A")], [tool("X")]);
  const before = box.offered;
  expect(box.find("A")?.name).toBe("A");
  expect(box.find("N")).toBeUndefined();
  expect(box.take([])).toEqual([]);
  expect(box.offered).toBe(before);
});

test("tools are renewed in their places, new ones go on the shelf, and those that are gone leave", () => {
  const [a, b, x, y] = [tool("A"), tool("B"), tool("X"), tool("Y")];
  const box = new Toolbox([a, b], [x, y]);
  box.take(["X"]);
  const [renewed, fresh] = [tool("X"), tool("N")];
  box.replace([b, x, y], [renewed, fresh]);
  expect([names(box.offered), names(box.shelf)]).toEqual(["A X", "N"]);
  expect(box.find("X")).toBe(renewed);
});

test("two tools of one name are refused, and then nothing has changed", () => {
  expect(() => new Toolbox([tool("A")], [tool("A")])).toThrow('Two tools are called "A".');
  const box = new Toolbox([tool("A")], [tool("X")]);
  expect(() => box.replace([], [tool("A")])).toThrow('Two tools are called "A".');
  expect([names(box.offered), names(box.shelf)]).toEqual(["A", "X"]);
});

test("a conversation that goes on is offered what was called in it", () => {
  const call = { type: "toolCall", callId: "c1", name: "X", args: {} } as const;
  const origin = { provider: "scripted", model: "m" };
  const entries: Message[] = [
    { type: "user", id: "m1", at: 0, text: "Use Y" },
    { type: "assistant", id: "m2", at: 0, origin, parts: [call], stopReason: "toolUse" },
  ];
  const box = toolboxFor({ tools: [tool("A")], shelf: [tool("X"), tool("Y")] }, entries);
  expect([names(box.offered), names(box.shelf)]).toEqual(["A X", "Y"]);
});
