import { expect, test } from "bun:test";
import { lowestSettings, type ModelInfo, type ModelRequest, type ModelSettings } from "../../agent/model.ts";
import { listModels, resolveModel, rowFacts } from "../../providers/catalog.ts";
import {
  type CompatQuirks,
  createCompat,
  dashscopeQuirks,
  minimaxQuirks,
  moonshotQuirks,
} from "../../providers/compat.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import { collect, ending, serveEvents } from "./sse-server.ts";

const quirks: Record<string, CompatQuirks> = {
  moonshot: moonshotQuirks,
  dashscope: dashscopeQuirks,
  minimax: minimaxQuirks,
  openai: {},
};

const compat = (vendor: string, baseUrl: string, apiKey = testKey) =>
  createCompat({
    name: vendor,
    apiKey,
    baseUrl,
    resolve: (id) => resolveModel(vendor, id),
    facts: rowFacts,
    quirks: quirks[vendor] ?? {},
  });

/** The body that a request makes. */
async function bodyOf(vendor: string, id: string, request: Partial<ModelRequest> = {}): Promise<unknown> {
  await using fake = await startFakeProvider([{ parts: [{ text: "ok" }] }]);
  await using provider = compat(vendor, fake.url("chat"));
  expect(ending(await collect(await provider.model(id), request)).type).toBe("done");
  expect(fake.problems).toEqual([]);
  return fake.requests[0]?.body;
}

const plain = { messages: [{ role: "user", content: "hi" }], stream: true, stream_options: { include_usage: true } };

const change = (info: ModelInfo, settings: Partial<ModelSettings>): Partial<ModelRequest> => ({
  settings: { ...lowestSettings(info), ...settings },
});

/** Vendor, model, settings over the lowest, and the fields beside the plain ones. */
const table: [vendor: string, id: string, settings: Partial<ModelSettings>, fields: object][] = [
  ["openai", "gpt-5.6", {}, { model: "gpt-5.6" }],
  ["openai", "gpt-5.6", { effort: "medium" }, { model: "gpt-5.6", reasoning_effort: "medium" }],
  ["openai", "gpt-5.6", { effort: "xhigh" }, { model: "gpt-5.6", reasoning_effort: "high" }],
  ["openai", "gpt-5.6", { effort: "max" }, { model: "gpt-5.6", reasoning_effort: "high" }],
  ["openai", "gpt-5.6", { tier: "flex" }, { model: "gpt-5.6", service_tier: "flex" }],
  ["moonshot", "kimi-3.0", {}, { model: "kimi-k3" }],
  ["moonshot", "kimi-3.0", { effort: "low" }, { model: "kimi-k3", reasoning_effort: "low" }],
  ["moonshot", "kimi-3.0", { effort: "max" }, { model: "kimi-k3", reasoning_effort: "max" }],
  ["moonshot", "kimi-2.6", {}, { model: "kimi-k2.6", thinking: { type: "disabled" } }],
  ["moonshot", "kimi-2.6", { thinkingBudget: "auto" }, { model: "kimi-k2.6", thinking: { type: "enabled" } }],
  ["moonshot", "kimi-code-2.7", {}, { model: "kimi-k2.7-code" }],
  ["dashscope", "qwen-plus-3.7", {}, { model: "qwen3.7-plus", enable_thinking: false }],
  ["dashscope", "qwen-plus-3.7", { effort: "high" }, { model: "qwen3.7-plus", enable_thinking: false }],
  [
    "dashscope",
    "qwen-plus-3.7",
    { thinkingBudget: "auto", effort: "high" },
    { model: "qwen3.7-plus", enable_thinking: true },
  ],
  ["dashscope", "qwen-plus-3.7", { thinkingBudget: "fixed" }, { model: "qwen3.7-plus", enable_thinking: true }],
  [
    "dashscope",
    "qwen-plus-3.7",
    { thinkingBudget: "fixed", effort: "min" },
    { model: "qwen3.7-plus", enable_thinking: true, thinking_budget: 1024 },
  ],
  [
    "dashscope",
    "qwen-plus-3.7",
    { thinkingBudget: "fixed", effort: "max" },
    { model: "qwen3.7-plus", enable_thinking: true, thinking_budget: 24576 },
  ],
  ["dashscope", "qwen-max-3.8", {}, { model: "qwen3.8-max", enable_thinking: false }],
  ["dashscope", "qwen-max-3.8", { thinkingBudget: "auto" }, { model: "qwen3.8-max", enable_thinking: true }],
  [
    "dashscope",
    "qwen-max-3.8",
    { effort: "xhigh" },
    { model: "qwen3.8-max", enable_thinking: true, reasoning_effort: "xhigh" },
  ],
  ["dashscope", "qwen-2400b-a95b-3.8", {}, { model: "qwen3.8-2.4t-a95b", enable_thinking: true }],
  ["dashscope", "qwen-235b-a22b-thinking-3.0", {}, { model: "qwen3-235b-a22b-thinking-2507", enable_thinking: true }],
  ["dashscope", "qwen-coder-480b-a35b-3.0", {}, { model: "qwen3-coder-480b-a35b-instruct" }],
  ["minimax", "minimax-3.0", {}, { model: "MiniMax-M3", reasoning_split: true, thinking: { type: "disabled" } }],
  [
    "minimax",
    "minimax-3.0",
    { thinkingBudget: "auto", tier: "priority" },
    { model: "MiniMax-M3", reasoning_split: true, thinking: { type: "adaptive" }, service_tier: "priority" },
  ],
  ["minimax", "minimax-2.7", {}, { model: "MiniMax-M2.7", reasoning_split: true }],
];

test.each(table)("%s %s under %j", async (vendor, id, settings, fields) => {
  const body = await bodyOf(vendor, id, change(resolveModel(vendor, id), settings));
  expect(body).toEqual({ ...plain, ...fields });
});

test("a vendor that thinks always is never told not to, and no body has both an effort and a budget", async () => {
  for (const { info } of listModels("dashscope")) {
    for (const effort of info.efforts) {
      for (const thinkingBudget of info.budgetModes) {
        const body = JSON.stringify(await bodyOf("dashscope", info.id, change(info, { effort, thinkingBudget })));
        expect(body.includes("reasoning_effort") && body.includes("thinking_budget")).toBe(false);
        if (!info.budgetModes.includes("none")) expect(body).not.toContain('"enable_thinking":false');
      }
    }
  }
});

test("the cap has the field that the row fixes, else the newer name where efforts are offered", async () => {
  const capped = async (vendor: string, id: string) => {
    const body = await bodyOf(vendor, id, { maxOutputTokens: 64 });
    return Object.keys(body ?? {}).filter((key) => key.startsWith("max_"));
  };
  expect(await capped("dashscope", "qwen-flash-3.6")).toEqual(["max_completion_tokens"]);
  expect(await capped("dashscope", "qwen-max-3.6")).toEqual(["max_tokens"]);
  expect(await capped("dashscope", "qwen-27b-3.8")).toEqual(["max_tokens"]);
  expect(await capped("moonshot", "kimi-3.0")).toEqual(["max_completion_tokens"]);
  expect(await capped("moonshot", "kimi-2.6")).toEqual(["max_tokens"]);
  expect(await capped("minimax", "minimax-3.0")).toEqual(["max_tokens"]);
});

test("temperature and stop sequences are sent, but Moonshot takes no temperature", async () => {
  const request = { temperature: 0.5, stopSequences: ["END"] };
  expect(await bodyOf("minimax", "minimax-2.7", request)).toEqual({
    ...plain,
    model: "MiniMax-M2.7",
    reasoning_split: true,
    temperature: 0.5,
    stop: ["END"],
  });
  expect(await bodyOf("moonshot", "kimi-3.0", request)).toEqual({ ...plain, model: "kimi-k3", stop: ["END"] });
});

test("system text comes first, tools have no strict", async () => {
  const schema = { type: "object", properties: {} };
  expect(
    await bodyOf("openai", "gpt-4.1", { system: "Be brief.", tools: [{ name: "Read", description: "Reads", schema }] }),
  ).toEqual({
    ...plain,
    model: "gpt-4.1",
    messages: [{ role: "system", content: "Be brief." }, ...plain.messages],
    tools: [{ type: "function", function: { name: "Read", description: "Reads", parameters: schema } }],
  });
});

test("a server without a key gets no Authorization, nor anything of the user's own OpenAI account", async () => {
  const { OPENAI_ORG_ID, OPENAI_API_KEY } = process.env;
  Object.assign(process.env, { OPENAI_ORG_ID: "org-secret", OPENAI_API_KEY: "sk-secret" });
  try {
    using server = serveEvents([{ choices: [{ delta: { content: "ok" }, finish_reason: "stop" }] }]);
    await using provider = createCompat({
      name: "local",
      baseUrl: server.url,
      resolve: () => resolveModel("openai", "gpt-4.1"),
    });
    expect(ending(await collect(await provider.model())).type).toBe("done");
    const headers = Object.fromEntries(server.requests[0]?.headers ?? []);
    expect(headers).not.toHaveProperty("authorization");
    expect(JSON.stringify(headers)).not.toContain("secret");
  } finally {
    for (const [name, value] of Object.entries({ OPENAI_ORG_ID, OPENAI_API_KEY })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
