/** What a question tells a small model to do. */
import { expect, test } from "bun:test";
import type { Message } from "../../../agent/message.ts";
import { toolSpec } from "../../../agent/tool.ts";
import { createPlan, readSteps } from "../../../providers/local/plan.ts";
import { builtinTools } from "../../../tools/registry.ts";

const tools = builtinTools().map(toolSpec);

/** The steps as calls; what the model is to write itself is `…`. */
function calls(text: string): unknown[] {
  return readSteps(text, tools).steps.map(({ tool }) => {
    const { properties } = tool.schema as { properties: Record<string, { const?: unknown }> };
    const args = Object.entries(properties).map(([name, of]) => [name, "const" in of ? of.const : "…"]);
    return [tool.name, Object.fromEntries(args)];
  });
}

const told: [text: string, calls: unknown[]][] = [
  ["What is a mutex?", []],
  ["Read notes.md and say what it says.", []],
  ["Use AgentSend now.", []],
  ['Use AgentSend to "a" with content "b".', [["AgentSend", { to: "a", content: "b" }]]],
  [
    'AgentSend: to = “a”, content: `it is "b"`, urgent true, delay 2.5',
    [["AgentSend", { to: "a", content: 'it is "b"', urgent: true, delay: 2.5 }]],
  ],
  ['Use AgentSend to "a" and greet it.', [["AgentSend", { to: "a", content: "…" }]]],
  ["Tell AgentSend to 'it's a'.", [["AgentSend", { to: "it's a", content: "…" }]]],
  [
    'Use AgentSpawn with prompt "Go. Use AgentSend to ‘b’." Then Job with operation "list"; what runs?',
    [
      ["AgentSpawn", { prompt: "Go. Use AgentSend to ‘b’." }],
      ["Job", { operation: "list" }],
    ],
  ],
  ['Use Job with operation "explode".', []],
  ['Use AgentSpawn with maxRounds 1.5 and prompt "p".', [["AgentSpawn", { prompt: "p" }]]],
  ['Neither AgentSend nor AgentSpawn, to "a".', []],
];

test.each(told)("%s", (text, expected) => {
  expect(calls(text)).toEqual(expected);
});

const at = { at: 0 };
const user = (text: string): Message => ({ type: "user", id: "m1", text, ...at });
const peer = (text: string): Message => ({ type: "peer", from: "a", id: "m2", text, ...at });
const called: Message = {
  type: "assistant",
  id: "m3",
  ...at,
  origin: { provider: "local", model: "x" },
  parts: [{ type: "toolCall", callId: "c1", name: "AgentSend", args: {} }],
  stopReason: "toolUse",
};
const two = 'Use AgentSend to "a". Use AgentSend to "b". Who are they?';
const state = (...conversation: Message[]) => {
  const { next, rest } = createPlan(tools, conversation);
  return next?.text ?? rest;
};

test("steps are taken one by one, whatever peers say in between; then the rest is answered", () => {
  expect(state(user(two))).toBe('Use AgentSend to "a".');
  expect(state(user(two), called, peer("I am at rest."))).toBe('Use AgentSend to "b".');
  expect(state(user(two), called, called)).toBe("Who are they?");
  expect(state(user(two), called, called, peer("Hello."))).toBe("Who are they?");
});

test("another message of a person ends a plan, and so does a peer's with steps", () => {
  expect(state(user(two), user("Never mind."))).toBeUndefined();
  expect(state(user(two), called, peer('Use AgentSend to "c".'))).toBe('Use AgentSend to "c".');
});
