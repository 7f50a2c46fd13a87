/** A change of model in the middle of a tool conversation, and back: every pair of wires, and models of one vendor. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Agent } from "../../agent/agent.ts";
import type { AgentEvent } from "../../agent/event.ts";
import type { AssistantMessage, Attachment } from "../../agent/message.ts";
import { lowestSettings, type Model, type ModelSettings } from "../../agent/model.ts";
import { defineTool } from "../../agent/tool.ts";
import { createProvider, resolveModel } from "../../providers/registry.ts";
import {
  type FakeMessage,
  type FakeProvider,
  type FakeReply,
  must,
  startFakeProvider,
  testKey,
  type Wire,
} from "../support/index.ts";

interface Seat {
  readonly wire: Wire;
  readonly provider: string;
  readonly model: string;
}

const seat = (wire: Wire, provider: string, model: string): Seat => ({ wire, provider, model });
const vendors: readonly (readonly [Seat, Seat])[] = [
  [seat("anthropic", "anthropic", "opus"), seat("anthropic", "anthropic", "sonnet")],
  [seat("openai", "openai", "sol-6.0"), seat("openai", "openai", "luna-6.0")],
  [seat("chat", "moonshot", "kimi-3.0"), seat("chat", "moonshot", "kimi-2.6")],
  [seat("gemini", "google", "gemini-pro-3.1"), seat("gemini", "google", "gemini-flash-3.8")],
];
const firsts = vendors.map(([first]) => first);
const swaps: readonly (readonly [Seat, Seat])[] = [
  ...firsts.flatMap((from) => firsts.filter((to) => to !== from).map((to) => [from, to] as const)),
  ...vendors,
];

const pixel: Attachment = {
  mime: "image/png",
  data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
};

/** Thought, shown where the model can show it. */
function thinking({ provider, model }: Seat): ModelSettings {
  const info = resolveModel(provider, model);
  const pick = <T>(wish: T, offered: readonly T[], otherwise: T) => (offered.includes(wish) ? wish : otherwise);
  const lowest = lowestSettings(info);
  return {
    ...lowest,
    effort: pick("low", info.efforts, lowest.effort),
    thinkingBudget: pick("auto", info.budgetModes, lowest.thinkingBudget),
    thinkingOutput: pick("text", info.thinkingOutputs, lowest.thinkingOutput),
  };
}

const call = (name: string) => ({ call: name, args: {} });
/** The first and the last are the one model's, those between the other's. */
const script: readonly FakeReply[] = [
  { parts: [{ thinking: "Thought of answer 0." }, { text: "I look." }, call("Look"), call("Fail"), call("Slow")] },
  { parts: [{ thinking: "Thought of answer 1." }, call("Wait")] },
  { parts: [{ thinking: "Thought of answer 2." }, call("Look"), call("Fail")] },
  { parts: [{ thinking: "Thought of answer 3." }, { text: "Done." }] },
];

/** Tools that show an image, fail, go on until they are let go, and wait until such a one has come to its end. */
function makeTools() {
  const [letGo, slowEnded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const tool = (name: string, run: () => Promise<string | { text: string; isError?: boolean }>) =>
    defineTool({ name, description: `Does ${name}.`, schema: z.object({}), run });
  const look = async () => ({ text: "an image", attachments: [pixel] });
  const fail = async () => ({ text: "it broke", isError: true });
  const slow = () => letGo.promise.then(() => "slow at last");
  const wait = () => slowEnded.promise.then(() => "waited");
  return { letGo, slowEnded, list: [tool("Look", look), tool("Fail", fail), tool("Slow", slow), tool("Wait", wait)] };
}

async function converse(fake: FakeProvider, from: Seat, to: Seat): Promise<AssistantMessage[]> {
  await using resources = new AsyncDisposableStack();
  const build = async ({ provider, model }: Pick<Seat, "provider" | "model">): Promise<Model> => {
    const wire = must(firsts.find((each) => each.provider === provider)).wire;
    return resources
      .use(await createProvider(provider, { env: {}, apiKey: testKey, baseUrl: fake.url(wire) }))
      .model(model);
  };
  const tools = makeTools();
  const agent = resources.use(
    new Agent({
      model: await build(from),
      system: "Be brief.",
      tools: tools.list,
      settings: thinking(from),
      cwd: "/",
      resolveModel: ({ provider = "", model = "" }) => build({ provider, model }),
    }),
  );
  const ended = new Set<string>();
  const change = ({ provider, model }: Seat) =>
    agent.send({ type: "switch", provider, model, settings: thinking({ ...to, provider, model }) });
  agent.subscribe((event: AgentEvent) => {
    if (event.type === "toolEnded") ended.add(event.call);
    if (event.type === "toolEnded" && ended.size === 2) {
      change(to);
      agent.send({ type: "detach", call: "all" });
    }
    const isOver = event.type === "error";
    if (isOver || (event.type === "toolStarted" && event.name === "Wait")) tools.letGo.resolve();
    if (isOver || (event.type === "toolEnded" && event.call === "c3")) tools.slowEnded.resolve();
    if (event.type === "toolStarted" && event.call === "c5") change(from);
  });
  const { content, error } = await agent.run({ text: "See this.", attachments: [pixel] });
  expect([content, error]).toEqual(["Done.", undefined]);
  return agent.snapshot().messages.filter((message) => message.type === "assistant");
}

/** What a model thought, and the opaque proofs of it: the words, the signatures, the sealed items. */
function secrets({ parts }: AssistantMessage): string[] {
  const found = parts.flatMap((part) => {
    const data = part.type === "thinking" ? part.data : undefined;
    const sealed = typeof data === "object" && data && "encrypted_content" in data ? [data.encrypted_content] : [data];
    return [part.type === "thinking" ? part.text : "", part.signature, ...sealed];
  });
  return found.filter((secret) => typeof secret === "string").filter((secret) => secret.length > 12);
}

const secretsIn = (body: unknown, message: AssistantMessage | undefined) =>
  secrets(must(message)).filter((secret) => JSON.stringify(body).includes(secret));

/** The entries of a request, without words that are the wire's own. */
function told(messages: readonly FakeMessage[]) {
  return messages.map(({ role, texts, calls, results, images }) => ({
    role,
    texts: texts.filter((text) => /See this|I look|tool-notice/.test(text)),
    calls: calls.map(({ id, name }) => `${id} ${name}`),
    results: results.map(({ id, text, isError }) => `${id} ${isError ? "! " : ""}${text.split(".")[0]}`),
    images: images.length,
  }));
}

const none: Omit<ReturnType<typeof told>[number], "role"> = { texts: [], calls: [], results: [], images: 0 };
const conversation: ReturnType<typeof told> = [
  { ...none, role: "user", texts: ["See this."], images: 1 },
  { ...none, role: "assistant", texts: ["I look."], calls: ["1 Look", "2 Fail", "3 Slow"] },
  { ...none, role: "user", results: ["1 an image", "2 ! it broke", "3 Still running in the background"], images: 1 },
  { ...none, role: "assistant", calls: ["4 Wait"] },
  {
    ...none,
    role: "user",
    results: ["4 waited"],
    texts: ['<tool-notice call="c3" tool="Slow" status="finished">\nslow at last\n</tool-notice>'],
  },
  { ...none, role: "assistant", calls: ["5 Look", "6 Fail"] },
  { ...none, role: "user", results: ["5 an image", "6 ! it broke"], images: 1 },
];

for (const [from, to] of swaps) {
  test(`from ${from.provider} ${from.model} to ${to.provider} ${to.model} and back`, async () => {
    await using fake = await startFakeProvider(script);
    const answers = await converse(fake, from, to);
    expect(fake.problems).toEqual([]);
    expect(fake.requests.map(({ wire }) => wire)).toEqual([from.wire, to.wire, to.wire, from.wire]);
    expect(fake.requests.map(({ view }) => told(view.messages))).toEqual(
      [1, 3, 5, 7].map((length) => conversation.slice(0, length)),
    );
    const [, second, third, last] = fake.requests.map(({ body }) => body);
    expect(answers.map((answer) => secrets(answer).length > 0)).toEqual([true, true, true, true]);
    // The thoughts of another model are not sent, a model's own are, also after it comes back.
    const foreign = [
      [second, 0],
      [third, 0],
      [last, 1],
      [last, 2],
    ] as const;
    expect(foreign.map(([body, index]) => secretsIn(body, answers[index]))).toEqual([[], [], [], []]);
    const own = [
      [third, 1],
      [last, 0],
    ] as const;
    expect(own.map(([body, index]) => secretsIn(body, answers[index]).length > 0)).toEqual([true, true]);
  });
}
