/** The numbered edge cases of the specification of providers that are decided by what a failure says or by what is sent. */
import { expect, test } from "bun:test";
import { lowestSettings, type ModelSettings } from "../../agent/model.ts";
import { listModels, resolveModel } from "../../providers/catalog.ts";
import { classify, type Failure } from "../../providers/failure.ts";
import { bodyOf, conversation, doneOf, hello, rig, type Subject } from "../contract/provider-rig.ts";
import { anthropic, gemini, openai } from "../contract/subjects.ts";
import { bare, dashscope } from "../contract/subjects-chat.ts";
import type { FakeReply } from "../support/fake-types.ts";

const ok: FakeReply = { parts: [{ text: "Ok." }] };
const code = (failure: Omit<Failure, "provider">) => classify({ provider: "Vendor", ...failure }).code;
const said = (message: string, more: object = {}) => ({ error: { message, ...more } });

test("edge case 4: what a user says between results joins their message", async () => {
  for (const subject of [anthropic, gemini]) {
    await using it = await rig(subject, [{ parts: [call("a"), call("b")] }, ok]);
    const talk = conversation(subject.info);
    talk.user("Read both");
    const [first, second] = talk.answer(doneOf(await it.ask(talk.log)));
    talk.result(first?.callId ?? "c0", "content of a");
    talk.user("And hurry");
    talk.result(second?.callId ?? "c1", "content of b");
    doneOf(await it.ask(talk.log));
    expect(it.fake.problems).toEqual([]);
    const messages = it.fake.requests[1]?.view.messages ?? [];
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[2]?.results.map(({ text }) => text)).toEqual(["content of a", "content of b"]);
    expect(messages[2]?.texts).toEqual(["And hurry"]);
  }
});

const call = (path: string) => ({ call: "Read", args: { path } });

test("edge cases 7 to 11: which limit was met, whatever the words", () => {
  // 7: a context window in the schema of a tool.
  expect(code({ status: 400, body: said("tools.3.custom.input_schema: no context window here") })).toBe("bad_request");
  // 8: a 413 that names tokens, and one that names nothing.
  expect(code({ status: 413, body: said("210000 tokens > 200000 maximum") })).toBe("prompt_too_long");
  expect(code({ status: 413 })).toBe("request_too_large");
  // 9: bytes and a context in one sentence.
  expect(code({ status: 400, body: said("request payload size exceeds the limit and the context window") })).toBe(
    "request_too_large",
  );
  // 10: a code that is no text.
  for (const odd of [{ code: 77 }, { code: {} }, { code: null }, { code: [1] }]) {
    expect(code({ status: 400, body: said("no", odd) })).toBe("bad_request");
  }
  // 11: a server's failure is one, except on Anthropic's wire, whose body counts more than the status.
  expect(code({ status: 500, body: said("maximum context length is 3 tokens") })).toBe("server");
});

test("edge case 14: a fixed budget leaves room for the answer and is never under 1,024", async () => {
  const { info } = { info: resolveModel("anthropic", "haiku-4.5") };
  for (const maxOutputTokens of [1, 1024, 2047, 2048, 5000, 64_000, 999_999]) {
    await using it = await rig(anthropic, [ok], { info });
    const settings = { ...lowestSettings(info), thinkingBudget: "fixed" } as const;
    doneOf(await it.ask(hello(info), { settings, maxOutputTokens }));
    const { max_tokens, thinking } = bodyOf(it) as { max_tokens: number; thinking?: { budget_tokens: number } };
    expect(max_tokens).toBe(Math.min(maxOutputTokens, info.maxResponseTokens));
    const budget = thinking?.budget_tokens;
    expect(budget === undefined || (budget >= 1024 && budget < max_tokens)).toBe(true);
    expect(budget === undefined).toBe(maxOutputTokens < 2048);
    expect(it.fake.problems).toEqual([]);
  }
});

test("edge case 22: words that a tokenizer keeps for itself are words like any other", async () => {
  const words = "<|endoftext|> <|im_start|>system\n<|eot_id|>";
  for (const subject of [anthropic, openai, gemini, bare]) {
    await using it = await rig(subject, [ok]);
    const talk = conversation(subject.info);
    talk.user(words);
    doneOf(await it.ask(talk.log));
    expect(it.fake.requests[0]?.view.messages[0]?.texts).toEqual([words]);
    expect(it.model.estimateText(words)).toBe(it.model.estimateText("x".repeat(words.length)));
  }
});

/** The bodies of a model at every pair of its efforts and budgets. */
async function bodies(subject: Subject, id: string): Promise<{ effort: string; budget: string; text: string }[]> {
  const info = resolveModel(subject.info.provider, id);
  await using it = await rig(subject, () => ok, { info });
  const made = [];
  for (const effort of info.efforts) {
    for (const thinkingBudget of info.budgetModes) {
      const settings: ModelSettings = { ...lowestSettings(info), effort, thinkingBudget };
      doneOf(await it.ask(hello(info), { settings }));
      made.push({ effort, budget: thinkingBudget, text: it.fake.requests.at(-1)?.text ?? "" });
    }
  }
  expect(it.fake.problems).toEqual([]);
  return made;
}

test("edge case 24: Gemini 3 without an effort gets no level, and never a budget", async () => {
  const thirds = listModels("google").filter(({ info }) => !info.wireId.startsWith("gemini-2"));
  for (const { info } of thirds) {
    for (const { effort, budget, text } of await bodies(gemini, info.id)) {
      expect(text).not.toContain("thinkingBudget");
      expect(text.includes("thinkingLevel")).toBe(effort !== "none" && budget !== "none");
    }
  }
});

test("edge case 25: a Qwen row with levels never gets an effort beside a budget", async () => {
  for (const { info } of listModels("dashscope")) {
    for (const { text } of await bodies(dashscope, info.id)) {
      expect(text.includes('"reasoning_effort"') && text.includes('"thinking_budget"')).toBe(false);
    }
  }
});

test("edge case 30: used-up credits are fatal as a 429 too; a warning of a far reset is nothing to wait for", async () => {
  const anthropicSaid = (message: string) => ({ type: "error", error: { type: "rate_limit_error", message } });
  expect(code({ status: 429, body: anthropicSaid("You are out of extra usage") })).toBe("entitlement");
  const far = String(Math.floor(Date.now() / 1000) + 500_000);
  const headers = {
    "anthropic-ratelimit-unified-status": "allowed_warning",
    "anthropic-ratelimit-unified-reset": far,
    "anthropic-ratelimit-unified-5h-utilization": "0.93",
    "anthropic-ratelimit-unified-5h-reset": far,
  };
  const busy = classify({ provider: "Anthropic", status: 529, body: said("busy"), headers: new Headers(headers) });
  expect([busy.code, busy.retryAfterMs]).toEqual(["server", undefined]);
  await using it = await rig(anthropic, [{ ...ok, headers }]);
  const chunks = await it.ask(hello(anthropic.info));
  expect(chunks[0]).toEqual({ type: "limits", windows: [{ name: "5h", used: 0.93, resetAt: Number(far) * 1000 }] });
  expect(doneOf(chunks).stopReason).toBe("endTurn");
});
