import { expect, test } from "bun:test";
import { z } from "zod";
import type { Message } from "../../agent/message.ts";
import { type AnyTool, defineTool, shelved } from "../../agent/tool.ts";
import { Toolbox, toolboxFor } from "../../agent/toolbox.ts";

const tool = (name: string): AnyTool =>
  defineTool({ name, description: name, schema: z.strictObject({}), run: () => name });
const kept = (...names: readonly string[]) => names.map((name) => shelved(tool(name)));
const names = (tools: readonly { readonly name: string }[]) => tools.map(({ name }) => name).join(" ");

test("a tool of the shelf is offered behind the others once it is taken, and the old list is left as it was", async () => {
  const box = new Toolbox([tool("A"), tool("B")], kept("X", "Y", "Z"));
  const before = box.offered;
  await box.take(["Y", "A", "None"]);
  await box.take(["X"]);
  expect([names(before), names(box.offered), names(box.shelf)]).toEqual(["A B", "A B Y X", "Z"]);
});

test("taking what is offered, or nothing, changes nothing", async () => {
  const box = new Toolbox([tool("A")], kept("X"));
  const before = box.offered;
  await box.take(["A", "N"]);
  expect(box.offered).toBe(before);
});

test("a tool is made once, however often it is taken, and one that cannot be made stays on the shelf", async () => {
  let made = 0;
  const slow = { name: "S", description: "S", load: () => Bun.sleep(1).then(() => tool(`S${made++ ? "again" : ""}`)) };
  const broken = { name: "F", description: "F", load: () => Promise.reject(new Error("no such file")) };
  const box = new Toolbox([], [slow, broken]);
  const both = Promise.all([box.take(["S"]), box.take(["S"])]);
  await box.loading;
  await both;
  expect([made, names(box.offered)]).toEqual([1, "S"]);
  const rest = new Toolbox([], [broken, ...kept("X")]);
  expect(await rest.take(["F", "X"])).toEqual({ names: ["X"], problems: ["F could not be loaded: no such file"] });
  expect([names(rest.offered), names(rest.shelf), rest.loading]).toEqual(["X", "F", undefined]);
});

test("tools are found on the shelf without being taken", async () => {
  const box = new Toolbox([tool("A")], kept("X", "Y"));
  expect(names(await box.find(["Y", "A", "N"]))).toBe("A Y");
  expect(names(box.shelf)).toBe("X Y");
});

test("tools are renewed in their places, new ones go on the shelf, and those that are gone leave", async () => {
  const box = new Toolbox([tool("A"), tool("B")], kept("X", "Y"));
  await box.take(["X"]);
  const [renewed, fresh] = [tool("X"), tool("N")];
  box.replace(["B", "X", "Y"], [renewed, fresh]);
  expect([names(box.offered), names(box.shelf)]).toEqual(["A X", "N"]);
  expect(box.offered[1]).toBe(renewed);
});

test("two tools of one name are refused, and then nothing has changed", () => {
  expect(() => new Toolbox([tool("A")], kept("A"))).toThrow('Two tools are called "A".');
  const box = new Toolbox([tool("A")], kept("X"));
  expect(() => box.replace([], [tool("A")])).toThrow('Two tools are called "A".');
  expect([names(box.offered), names(box.shelf)]).toEqual(["A", "X"]);
});

test("a conversation that goes on is offered what was called in it", async () => {
  const call = { type: "toolCall", callId: "c1", name: "X", args: {} } as const;
  const origin = { provider: "scripted", model: "m" };
  const entries: Message[] = [
    { type: "user", id: "m1", at: 0, text: "Use Y" },
    { type: "assistant", id: "m2", at: 0, origin, parts: [call], stopReason: "toolUse" },
  ];
  const box = toolboxFor({ tools: [tool("A")], shelf: kept("X", "Y") }, entries);
  await box.loading;
  expect([names(box.offered), names(box.shelf)]).toEqual(["A X", "Y"]);
});
