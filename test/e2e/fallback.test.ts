/** One vendor gives out in the middle of a conversation with tools and images; the next goes on with it. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Agent } from "../../agent/agent.ts";
import type { AgentEvent } from "../../agent/event.ts";
import type { Model } from "../../agent/model.ts";
import { defineTool } from "../../agent/tool.ts";
import { createProvider } from "../../providers/registry.ts";
import { freshHome, resultOf, streamOf, wireEnv } from "../server/program.ts";
import { eventsOf, type FakeFailure, type FakeReply, startFakeProvider, testKey } from "../support/index.ts";

const pixel = {
  mime: "image/png",
  data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
};
const look = defineTool({
  name: "Look",
  description: "Looks.",
  schema: z.object({}),
  run: async () => ({ text: "an image", attachments: [pixel] }),
});

const limits: Readonly<Record<string, FakeFailure>> = {
  rate_limit: {
    status: 429,
    headers: { "anthropic-ratelimit-unified-reset": String(Math.round(Date.now() / 1000) + 3_600) },
  },
  server: {
    status: 529,
    body: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
  },
  entitlement: {
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "Your credit balance is too low to access the API." },
    },
  },
};

const call: FakeReply = { parts: [{ text: "I look." }, { call: "Look", args: {} }], usage: { output: 1_000 } };
const last: FakeReply = { parts: [{ text: "A pixel." }], usage: { output: 1_000 } };

for (const [code, failure] of Object.entries(limits)) {
  test(`Anthropic answers "${code}" behind a round of tools: OpenAI goes on, and the bill has both`, async () => {
    await using fake = await startFakeProvider(({ wire }, index) =>
      wire === "openai" ? last : index === 0 ? call : failure,
    );
    await using resources = new AsyncDisposableStack();
    const connect = async (name: "anthropic" | "openai", model?: string): Promise<Model> => {
      const options = { env: {}, apiKey: testKey, baseUrl: fake.url(name) };
      return resources.use(await createProvider(name, options)).model(model);
    };
    const agent = resources.use(
      new Agent({
        model: await connect("anthropic", "opus"),
        tools: [look],
        cwd: "/",
        retry: { maxAttempts: 2 },
        random: () => 1,
        fallback: [{ provider: "openai", model: "luna-6.0" }],
        resolveModel: ({ model }) => connect("openai", model),
      }),
    );
    const events: AgentEvent[] = [];
    agent.subscribe((event) => events.push(event));
    const { content, costUsd, error } = await agent.run({ text: "See this.", attachments: [pixel] });
    expect([content, error]).toEqual(["A pixel.", undefined]);
    expect(fake.problems).toEqual([]);
    const [switched] = eventsOf(events, "switched");
    expect([switched?.from?.provider, switched?.model.provider, switched?.error?.code]).toEqual([
      "anthropic",
      "openai",
      code,
    ]);
    const carried = fake.requests.at(-1)?.view.messages.map(({ role, images, calls, results }) => {
      return [role, images.length, calls.length, results.length];
    });
    expect(carried).toEqual([
      ["user", 1, 0, 0],
      ["assistant", 0, 1, 0],
      ["user", 1, 0, 1],
    ]);
    const bills = eventsOf(events, "callEnded").map((event) => event.costUsd);
    expect(bills.map((usd) => usd > 0)).toEqual([true, false, true]);
    expect(costUsd).toBeCloseTo(
      bills.reduce((sum, usd) => sum + usd, 0),
      12,
    );
  });
}

const broke = limits.entitlement ?? last;
const json = ["--output-format", "json"];

test("--fallback: the program goes on with the next model and says so in its events", async () => {
  await using fake = await startFakeProvider(({ wire }) => (wire === "openai" ? last : broke));
  using home = freshHome(fake);
  const args = ["-p", "See.", "--fallback", "openai/luna-6.0", "--output-format", "stream-json"];
  const { events, result } = streamOf(await home.run(args, { env: wireEnv(fake, "openai") }));
  expect([result.content, result.error]).toEqual(["A pixel.", undefined]);
  expect(eventsOf(events, "switched").map(({ from, model }) => [from?.provider, model.provider])).toEqual([
    ["anthropic", "openai"],
  ]);
  expect(fake.problems).toEqual([]);
});

test("--fallback: where nothing answers, one error names every model", async () => {
  await using fake = await startFakeProvider(() => broke);
  using home = freshHome(fake);
  const finished = await home.run(["-p", "See.", "--fallback", "openai/luna-6.0,sonnet", ...json]);
  expect(finished.code).toBe(1);
  const { code, message = "" } = resultOf(finished).error ?? {};
  expect([code, message.match(/(anthropic|openai) [\w.-]+:/g)]).toEqual([
    "exhausted",
    ["anthropic opus-5.5:", "anthropic sonnet-5.5:", "openai luna-6.0:"],
  ]);
});

test("--fallback: a model that nobody serves, or that is not allowed, is refused before anything is sent", async () => {
  await using fake = await startFakeProvider([]);
  using home = freshHome(fake);
  const unknown = await home.run(["-p", "See.", "--fallback", "openai/none-such", ...json]);
  expect([unknown.code, resultOf(unknown).error?.code]).toEqual([1, "model_not_found"]);
  const given = ["--fallback", "openai/luna-6.0", "--allow-providers", "anthropic"];
  const refused = await home.run(["-p", "See.", ...given, ...json]);
  expect([refused.code, resultOf(refused).error?.message]).toEqual([2, 'The provider "openai" is not allowed here.']);
  expect(fake.requests.length).toBe(0);
});
