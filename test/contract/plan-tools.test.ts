import { expect, test } from "bun:test";
import { foldCard, newCard } from "../../server/card.ts";
import { todoTool } from "../../tools/todo.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { toolContract } from "./tool.ts";

const step = (content: string, status: "pending" | "in_progress" | "completed") => ({ content, status });

toolContract(todoTool, {
  prepare: () => {},
  works: [{ todos: [] }, { todos: [step("Read", "completed"), step("Write", "in_progress")] }],
  fails: [],
  refused: [
    {},
    { todos: [{ content: "", status: "pending" }] },
    { todos: [{ content: "Read", status: "done" }] },
    { todos: Array.from({ length: 51 }, () => step("Read", "pending")) },
  ],
});

test("the model is told how far it is, and whoever follows the agent gets the steps", async () => {
  const todos = [step("Read", "completed"), step("Write", "in_progress"), step("Check", "pending")];
  const { text, details } = await placeAt("/").run(todoTool, { todos });
  expect(text).toBe("Noted: 1 of 3 done, now: Write.");
  const result = {
    type: "toolResult",
    id: "m1",
    at: 0,
    callId: "c1",
    name: "Todo",
    kind: "final",
    isError: false,
    text,
  } as const;
  const told = (given: typeof details) => {
    const message = { ...result, ...(given ? { details: given } : {}) };
    return { type: "message", seq: 1, agent: "main", at: 0, message } as const;
  };
  const card = foldCard(newCard("main", "main", 0), told(details));
  expect(card.plan).toEqual([
    { text: "Read", state: "done" },
    { text: "Write", state: "doing" },
    { text: "Check", state: "open" },
  ]);
  const strange = {
    type: "custom",
    name: "plan",
    data: [null, 1, { content: 1, status: "pending" }, step("Go", "pending")],
  };
  expect(foldCard(card, told(strange as typeof details)).plan).toEqual([{ text: "Go", state: "open" }]);
  expect(foldCard(card, told(undefined))).toBe(card);
  expect(foldCard(card, { type: "cleared", seq: 2, agent: "main", at: 0, upTo: "m1" }).plan).toEqual([]);
});
