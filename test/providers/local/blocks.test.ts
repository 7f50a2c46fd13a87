/** Calls in the blocks of DeepSeek's templates. No weights of that family are small enough for tests: SmolLM2 is shown the form. */
import { expect, test } from "bun:test";
import { z } from "zod";
import type { Message } from "../../../agent/message.ts";
import { defineTool, toolSpec } from "../../../agent/tool.ts";
import { type ChatTurn, createTemplate } from "../../../providers/local/template.ts";
import { askModel, testLocal } from "../../support/local-model.ts";
import { lookedUp } from "./looked-up.ts";

/** As DeepSeek R1's writes calls and results, between the marks of ChatML. */
const template = `{% for m in messages %}
{%- if m.role == 'tool' -%}<|im_start|>user\n<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>{{ m.content }}<｜tool▁output▁end｜><｜tool▁outputs▁end｜><|im_end|>
{% elif m.tool_calls -%}<|im_start|>assistant
{{ '' if m.content is none else m.content }}
{%- for c in m.tool_calls -%}<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>{{ c.type }}<｜tool▁sep｜>{{ c.function.name + '\n\u0060\u0060\u0060json\n' + c.function.arguments + '\n\u0060\u0060\u0060' }}<｜tool▁call▁end｜>{% endfor %}<｜tool▁calls▁end｜><|im_end|>
{% else -%}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endif %}{% endfor %}{{ '<|im_start|>assistant\n' }}`.replaceAll("\\u0060", "`");

const call = (args: string) =>
  `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>look_up\n\`\`\`json\n${args}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`;

test("calls and results of the history are blocks, their arguments text as the grammar writes it", async () => {
  const controls = new Map(["<|im_start|>", "<|im_end|>"].map((word, index) => [word, index]));
  const words = { template, controls, bos: "", eos: "", startsWithBos: false };
  const { blocks, tools, render } = await createTemplate(words);
  expect({ blocks, tools }).toEqual({ blocks: true, tools: true });
  const turns: readonly ChatTurn[] = [
    { role: "user", content: "Look up tree." },
    { role: "assistant", content: "", toolCalls: [{ name: "look_up", args: { word: "tree", deep: [1, 2] } }] },
    { role: "tool", name: "look_up", content: "A plant." },
  ];
  expect(render(turns).text).toBe(
    `<|im_start|>user\nLook up tree.<|im_end|>\n<|im_start|>assistant\n${call('{"word": "tree", "deep": [1, 2]}')}<|im_end|>\n` +
      "<|im_start|>user\n<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>A plant.<｜tool▁output▁end｜><｜tool▁outputs▁end｜><|im_end|>\n<|im_start|>assistant\n",
  );
});

const lookUp = toolSpec(
  defineTool({
    name: "look_up",
    description: "Looks up a word.",
    schema: z.object({ word: z.string() }),
    run: () => "",
  }),
);

test("a call in blocks is one, streams its arguments, and the next turn goes on from it", async () => {
  await using local = await testLocal({ chatTemplate: template, contextSize: 2048 });
  const model = await local.model();
  const origin = { provider: "local", model: model.info.wireId };
  const messages = lookedUp(model, ["tree", "house", "river"]);
  const { chunks, last } = await askModel(model, { system: "", messages, tools: [lookUp], maxOutputTokens: 120 });
  const [made] = last.parts.filter((part) => part.type === "toolCall");
  expect(made).toMatchObject({ name: "look_up", args: { word: "cloud" } });
  expect(last).toMatchObject({ type: "done", stopReason: "toolUse" });
  const args = chunks.flatMap((chunk) => (chunk.type === "toolArgs" ? [chunk.text] : []));
  expect(args.length).toBeGreaterThan(1);
  expect(JSON.parse(args.join(""))).toEqual({ word: "cloud" });

  const next: Message[] = [
    {
      type: "assistant",
      id: "m91",
      at: 0,
      origin,
      parts: [{ ...made, type: "toolCall", callId: "c9", name: "look_up", args: { word: "cloud" } }],
      stopReason: "toolUse",
    },
    {
      type: "toolResult",
      id: "m92",
      at: 0,
      callId: "c9",
      name: "look_up",
      kind: "final",
      isError: false,
      text: "Found.",
    },
  ];
  const second = await askModel(model, {
    system: "",
    messages: [...messages, ...next],
    tools: [lookUp],
    maxOutputTokens: 4,
  });
  expect(second.last.usage?.cacheRead).toBeGreaterThan(second.last.usage?.input ?? Number.NaN);
});
