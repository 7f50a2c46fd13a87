/** Templates of the common families against renderings written out by hand from what their model cards say. */
import { expect, test } from "bun:test";
import { type ChatTurn, createTemplate, type Vocabulary } from "../../../providers/local/template.ts";

const vocabulary = (words: readonly string[], bos = ""): Vocabulary => ({
  template: undefined,
  controls: new Map([...words, ...(bos ? [bos] : [])].map((word, index) => [word, index])),
  bos,
  eos: "",
  startsWithBos: bos !== "",
});

const turns: readonly ChatTurn[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Which town?" },
  { role: "assistant", content: "Oslo.", reasoning: "Norway, so Oslo." },
  { role: "user", content: "And the weather?" },
];

test("ChatML, where a vocabulary has it and there is no template", async () => {
  const { lead, stops, render } = await createTemplate(vocabulary(["<|im_start|>", "<|im_end|>"]));
  expect({ lead, stops }).toEqual({ lead: "", stops: [] });
  expect(render(turns).text).toBe(
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhich town?<|im_end|>\n" +
      "<|im_start|>assistant\nOslo.<|im_end|>\n<|im_start|>user\nAnd the weather?<|im_end|>\n<|im_start|>assistant\n",
  );
});

test("a plain transcript, where there is nothing to go by", async () => {
  const { lead, stops, render } = await createTemplate(vocabulary([], "<s>"));
  expect({ lead, stops }).toEqual({ lead: " ", stops: ["\nUser:", "\n\nUser"] });
  const { text, pieces } = render(turns);
  expect(text).toBe("<s>Be brief.\n\nUser: Which town?\n\nAssistant: Oslo.\n\nUser: And the weather?\n\nAssistant:");
  expect(pieces[0]).toEqual({ token: 0 });
});

/** As Gemma's: no system role, the model's turns are called `model`, turns must alternate. */
const gemma = `{{ bos_token }}
{%- if messages[0].role == 'system' -%}
  {%- set lead = messages[0].content | trim + '\n\n' -%}{%- set rest = messages[1:] -%}
{%- else -%}{%- set lead = '' -%}{%- set rest = messages -%}{%- endif -%}
{%- for m in rest -%}
  {%- if (m.role == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception('turns must alternate') }}{%- endif -%}
  {{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + (lead if loop.first else '') + m.content | trim + '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}`;

test("Gemma's turns, with the system text in the first of them", async () => {
  const { render } = await createTemplate(vocabulary(["<start_of_turn>", "<end_of_turn>"], "<bos>"), gemma);
  const { text, pieces } = render(turns);
  expect(text).toBe(
    "<bos><start_of_turn>user\nBe brief.\n\nWhich town?<end_of_turn>\n<start_of_turn>model\nOslo.<end_of_turn>\n" +
      "<start_of_turn>user\nAnd the weather?<end_of_turn>\n<start_of_turn>model\n",
  );
  expect(pieces.filter((piece) => "token" in piece && piece.token === 2)).toHaveLength(1);
  expect(() => render([...turns, { role: "user", content: "Well?" }])).toThrow("turns must alternate");
});

/** As Qwen3's: tools in the system turn, calls in tags, results in user turns, thinking kept behind the last question only. */
const qwen = `{%- if tools %}
  {{- '<|im_start|>system\n' + (messages[0].content + '\n\n' if messages[0].role == 'system' else '') + 'Tools:\n' }}
  {%- for tool in tools %}{{ tool | tojson }}{{ '\n' }}{%- endfor %}{{- '<tool_call>{"name": …}</tool_call><|im_end|>\n' }}
{%- elif messages[0].role == 'system' %}{{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}{%- endif %}
{%- set ns = namespace(last=0) %}
{%- for m in messages %}{%- if m.role == 'user' %}{%- set ns.last = loop.index0 %}{%- endif %}{%- endfor %}
{%- for m in messages %}
  {%- if m.role == 'user' %}{{- '<|im_start|>user\n' + m.content + '<|im_end|>\n' }}
  {%- elif m.role == 'assistant' %}
    {{- '<|im_start|>assistant\n' }}
    {%- if m.reasoning_content and loop.index0 > ns.last %}{{- '<think>\n' + m.reasoning_content + '\n</think>\n\n' }}{%- endif %}
    {{- m.content }}
    {%- for call in m.tool_calls or [] %}
      {{- '\n<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' }}
      {{- call.function.arguments if call.function.arguments is string else call.function.arguments | tojson }}{{- '}\n</tool_call>' }}
    {%- endfor %}{{- '<|im_end|>\n' }}
  {%- elif m.role == 'tool' %}
    {%- if loop.previtem.role != 'tool' %}{{- '<|im_start|>user' }}{%- endif %}
    {{- '\n<tool_response>\n' + m.content + '\n</tool_response>' }}
    {%- if loop.last or loop.nextitem.role != 'tool' %}{{- '<|im_end|>\n' }}{%- endif %}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}
  {%- if enable_thinking is defined and not enable_thinking %}{{- '<think>\n\n</think>\n\n' }}{%- endif %}
{%- endif %}`;

test("Qwen's turns, with tools, two results in one turn, and thinking of the present question only", async () => {
  const template = await createTemplate(vocabulary(["<|im_start|>", "<|im_end|>"]), qwen);
  expect({ tools: template.tools, thinks: template.thinkingSwitch }).toEqual({ tools: true, thinks: true });
  const called: readonly ChatTurn[] = [
    ...turns,
    {
      role: "assistant",
      content: "I look.",
      reasoning: "Two calls.",
      toolCalls: [
        { name: "weather", args: { town: "Oslo", days: 2 } },
        { name: "clock", args: {} },
      ],
    },
    { role: "tool", name: "weather", content: "Rain." },
    { role: "tool", name: "clock", content: "Noon." },
  ];
  const tools = [{ type: "function", function: { name: "weather" } }];
  const head =
    '<|im_start|>system\nBe brief.\n\nTools:\n{"type": "function", "function": {"name": "weather"}}\n<tool_call>{"name": …}</tool_call><|im_end|>\n' +
    "<|im_start|>user\nWhich town?<|im_end|>\n<|im_start|>assistant\nOslo.<|im_end|>\n<|im_start|>user\nAnd the weather?<|im_end|>\n" +
    '<|im_start|>assistant\n<think>\nTwo calls.\n</think>\n\nI look.\n<tool_call>\n{"name": "weather", "arguments": {"town": "Oslo", "days": 2}}\n</tool_call>' +
    '\n<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call><|im_end|>\n' +
    "<|im_start|>user\n<tool_response>\nRain.\n</tool_response>\n<tool_response>\nNoon.\n</tool_response><|im_end|>\n<|im_start|>assistant\n";
  expect(template.render(called, { tools, thinking: true }).text).toBe(head);
  expect(template.render(called, { tools, thinking: false }).text).toBe(`${head}<think>\n\n</think>\n\n`);
});
