import { expect, test } from "bun:test";
import type { Message } from "../../agent/message.ts";
import { lowestSettings, type ModelRequest } from "../../agent/model.ts";
import { contextEdits } from "../../providers/anthropic-edits.ts";
import { bodyOf, doneOf, hello, requestOf, rig } from "../contract/provider-rig.ts";
import { anthropic as subject } from "../contract/subjects.ts";

const { info } = subject;
const hourMs = 3_600_000;
const origin = { provider: "anthropic", model: info.wireId };
const user = (at: number): Message => ({ type: "user", id: `m${at}`, at, text: "Go on" });
const answer = (at: number): Message => ({
  type: "assistant",
  id: `m${at}`,
  at,
  origin,
  stopReason: "endTurn",
  parts: [{ type: "text", text: "Ok." }],
});

const editsFor = (messages: Message[], more: Partial<ModelRequest> = {}, thinks = true): unknown =>
  contextEdits(info, requestOf(info, messages, more), thinks).context_management?.edits;

test("thinking is kept while the cache lives, and after a rest longer than that only the last turn's", () => {
  const all = [{ type: "clear_thinking_20251015", keep: "all" }];
  const last = [{ type: "clear_thinking_20251015", keep: { type: "thinking_turns", value: 1 } }];
  expect(editsFor([user(0), answer(1), user(hourMs)])).toEqual(all);
  expect(editsFor([user(0), answer(1), user(hourMs + 2)])).toEqual(last);
  // It stays so: a thought that came back would break the cache again.
  expect(editsFor([user(0), answer(1), user(hourMs + 2), answer(hourMs + 3), user(hourMs + 4)])).toEqual(last);
  // A model that took long is no rest.
  expect(editsFor([user(0), answer(2 * hourMs), user(2 * hourMs + 1)])).toEqual(all);
  expect(editsFor([user(0)], {}, false)).toBeUndefined();
});

test("a history that grows in place is looked at again", () => {
  const log = [user(0), answer(1)];
  expect(editsFor(log)).toMatchObject([{ keep: "all" }]);
  log.push(user(2 * hourMs));
  expect(editsFor(log)).toMatchObject([{ keep: { value: 1 } }]);
});

/** Asks for edits as a caller does. */
const asking = (...edits: object[]) => ({ providerOptions: { anthropic: { context_management: { edits } } } });

test("results of tools are cleared where the caller asks for it, at sizes of the window", () => {
  const small = { ...info, maxRequestTokens: 200_000 };
  const of = (edit: object): unknown =>
    contextEdits(small, requestOf(small, [user(0)], asking(edit)), false).context_management?.edits;
  expect(of({ type: "clear_tool_uses_20250919" })).toEqual([
    {
      type: "clear_tool_uses_20250919",
      trigger: { type: "input_tokens", value: 100_000 },
      clear_at_least: { type: "input_tokens", value: 60_000 },
    },
  ]);
  const own = { type: "clear_tool_uses_20250919", trigger: { type: "tool_uses", value: 9 }, clear_at_least: null };
  expect(of({ ...own, exclude_tools: ["Memory"] })).toEqual([{ ...own, exclude_tools: ["Memory"] }]);
});

test("the edits of both go together, the thinking's first, and none twice", async () => {
  await using it = await rig(subject, [{ parts: [{ text: "Ok." }] }]);
  const settings = { ...lowestSettings(info), ...subject.thinking };
  const more = asking({ type: "clear_tool_uses_20250919" }, { type: "clear_thinking_20251015", keep: "all" });
  doneOf(await it.ask(hello(info), { settings, ...more }));
  expect(it.fake.problems).toEqual([]);
  const { context_management } = bodyOf(it) as { context_management: { edits: { type: string }[] } };
  expect(context_management.edits.map(({ type }) => type)).toEqual([
    "clear_thinking_20251015",
    "clear_tool_uses_20250919",
  ]);
});

test("betas that the caller asks for go to the header, beside the adapter's", async () => {
  await using it = await rig(subject, [{ parts: [{ text: "Ok." }] }]);
  const betas = ["redact-thinking-2026-02-12"];
  doneOf(await it.ask(hello(info), { providerOptions: { anthropic: { betas, metadata: { user_id: "u" } } } }));
  expect(it.fake.problems).toEqual([]);
  expect(it.fake.requests[0]?.headers["anthropic-beta"]).toBe(
    "context-management-2025-06-27,redact-thinking-2026-02-12",
  );
  expect(bodyOf(it)).toMatchObject({ metadata: { user_id: "u" } });
});
