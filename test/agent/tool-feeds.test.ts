import { expect, test } from "bun:test";
import { z } from "zod";
import type { Message } from "../../agent/message.ts";
import { type AnyTool, defineTool, shelved, type ToolSource } from "../../agent/tool.ts";
import { Toolbox, toolboxFor } from "../../agent/toolbox.ts";

const tool = (name: string): AnyTool =>
  defineTool({ name, description: name, schema: z.strictObject({}), run: () => name });
const names = (tools: readonly { readonly name: string }[]) => tools.map(({ name }) => name).join(" ");

/** A source whose tools the test changes. */
class Server implements ToolSource {
  readonly name: string;
  tools: readonly AnyTool[] | undefined;
  opened = 0;
  failing = false;
  readonly listeners = new Set<() => void>();
  readonly #first: readonly AnyTool[];

  constructor(name: string, ...first: readonly string[]) {
    this.name = `server ${name}`;
    this.#first = first.map((each) => tool(`${name}_${each}`));
  }

  mayHave(toolName: string): boolean {
    return toolName.startsWith(`${this.name.slice(7)}_`);
  }

  async open(): Promise<readonly AnyTool[]> {
    this.opened++;
    await Bun.sleep(1);
    if (this.failing) throw new Error("it ended at once");
    this.tools ??= this.#first;
    return this.tools;
  }

  change(...next: readonly string[]): void {
    this.tools = next.map(tool);
    for (const listener of this.listeners) listener();
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }
}

test("a source is closed until its tools are wanted, and then they stand on the shelf", async () => {
  const [a, b] = [new Server("a", "x", "y"), new Server("b", "x")];
  using box = new Toolbox([tool("A")], [], [a, b]);
  expect([box.mayHave("a_x"), box.mayHave("c_x"), names(box.shelf)]).toEqual([true, false, ""]);
  await box.take(["a_y"]);
  expect([a.opened, b.opened, names(box.offered), names(box.shelf)]).toEqual([1, 0, "A a_y", "a_x"]);
  expect(await box.open()).toEqual([]);
  expect([a.opened, b.opened, names(box.shelf)]).toEqual([1, 1, "a_x b_x"]);
  expect(box.mayHave("a_z")).toBe(false);
});

test("a source that cannot be opened keeps no other from it, and can be opened later", async () => {
  const [a, b] = [new Server("a", "x"), new Server("b", "x")];
  a.failing = true;
  using box = new Toolbox([], [], [a, b]);
  expect(await box.open()).toEqual(["The tools of server a are not there: it ended at once"]);
  expect(names(box.shelf)).toBe("b_x");
  expect((await box.take(["a_x"])).problems).toEqual(["The tools of server a are not there: it ended at once"]);
  await box.loading;
  a.failing = false;
  await box.take(["a_x"]);
  expect(names(box.offered)).toBe("a_x");
});

test("what changes in a source changes in every box, until the box is disposed", async () => {
  const a = new Server("a", "x", "y");
  const box = new Toolbox([tool("A")], [shelved(tool("S"))], [a]);
  await box.take(["a_x"]);
  a.change("a_x", "a_z", "A");
  expect([names(box.offered), names(box.shelf)]).toEqual(["A a_x", "S a_z"]);
  a.change("a_z");
  expect([names(box.offered), names(box.shelf)]).toEqual(["A", "S a_z"]);
  box[Symbol.dispose]();
  a.change("a_new");
  expect([names(box.shelf), a.listeners.size]).toEqual(["S a_z", 0]);
});

test("a box that is given tools of an open source renews them as that source's", async () => {
  const a = new Server("a", "x", "y");
  using parent = new Toolbox([tool("A")], [], [a]);
  await parent.take(["a_x"]);
  using child = new Toolbox(parent.offered, parent.shelf, [a]);
  expect([names(child.offered), names(child.shelf)]).toEqual(["A a_x", "a_y"]);
  a.change("a_y");
  expect([names(child.offered), names(child.shelf)]).toEqual(["A", "a_y"]);
});

test("a conversation that goes on opens the sources of what was called in it", async () => {
  const call = { type: "toolCall", callId: "c1", name: "b_x", args: {} } as const;
  const origin = { provider: "scripted", model: "m" };
  const entries: Message[] = [
    { type: "user", id: "m1", at: 0, text: "Use b" },
    { type: "assistant", id: "m2", at: 0, origin, parts: [call], stopReason: "toolUse" },
  ];
  const [a, b] = [new Server("a", "x"), new Server("b", "x", "y")];
  using box = toolboxFor({ sources: [a, b] }, entries);
  await box.loading;
  expect([a.opened, names(box.offered), names(box.shelf)]).toEqual([0, "b_x", "b_y"]);
});
