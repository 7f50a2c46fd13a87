/**
 * A model's own chat template (Jinja, in the GGUF's metadata), and the way from its text to tokens. Control tokens come
 * from the template alone: words of a person or a file that look like one are tokenised as plain text.
 */
import type { LlamaModel, Token } from "node-llama-cpp";
import { LocalModelError } from "../../agent/error.ts";

/** A turn as chat templates take it. `toolCalls` and the role `tool` are used only where the template knows tools. */
export interface ChatTurn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: unknown }[];
  readonly name?: string;
}

/** A stretch of a rendered prompt: a control token, or text between two of them. */
export type Piece = { readonly token: Token } | { readonly text: string };

export interface RenderOptions {
  readonly tools?: readonly unknown[];
  readonly thinking?: boolean;
}

export interface ChatTemplate {
  /** It renders tools and writes calls as `<tool_call>{"name": …, "arguments": …}</tool_call>`. */
  readonly tools: boolean;
  /** It can turn thinking on and off. */
  readonly thinkingSwitch: boolean;
  /** Words that end an answer beside the model's own end tokens; only where there was no template. */
  readonly stops: readonly string[];
  /** The prompt of these turns, up to where the model goes on. */
  render(turns: readonly ChatTurn[], options?: RenderOptions): { readonly text: string; readonly pieces: Piece[] };
}

const chatml =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n";
const plain =
  "{{ bos_token }}{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}\n\n" +
  "{% else %}{{ 'Assistant: ' if message.role == 'assistant' else 'User: ' }}{{ message.content }}\n\n{% endif %}{% endfor %}Assistant:";

/** Reads the template of a loaded model; one without gets ChatML if its vocabulary has it, else a plain transcript. */
export async function readTemplate(model: LlamaModel, override?: string): Promise<ChatTemplate> {
  const { Template } = await import("@huggingface/jinja");
  const { tokenizer } = model.fileInfo.metadata;
  const vocabulary = new Set(tokenizer?.ggml?.tokens);
  const source = override ?? tokenizer?.chat_template ?? (vocabulary.has("<|im_start|>") ? chatml : plain);
  const controls = controlTokens(model, source);
  const template = new Template(source);
  const split = splitter(controls);
  return {
    tools: source.includes("<tool_call>") && source.includes("tools") && !source.includes("<function="),
    thinkingSwitch: source.includes("enable_thinking"),
    stops: source === plain ? ["\nUser:", "\n\nUser"] : [],
    render(turns, { tools, thinking } = {}) {
      const guard = createGuard([...controls.keys()]);
      const variables = {
        add_generation_prompt: true,
        bos_token: model.tokens.bosString ?? "",
        eos_token: model.tokens.eosString ?? "",
        ...(tools?.length ? { tools } : {}),
        ...(thinking === undefined ? {} : { enable_thinking: thinking }),
      };
      const wires = turns.map((turn) => wire(turn, guard.hide));
      const text = render(template, wires, variables);
      const pieces = split(text).map((piece) => ("text" in piece ? { text: guard.show(piece.text) } : piece));
      return { text: guard.show(text), pieces: withBos(pieces, model) };
    },
  };
}

type Wire = Record<string, unknown>;

function wire(turn: ChatTurn, hide: (text: string) => string): Wire {
  return {
    role: turn.role,
    content: hide(turn.content),
    ...(turn.reasoning ? { reasoning_content: hide(turn.reasoning) } : {}),
    ...(turn.name ? { name: turn.name } : {}),
    ...(turn.toolCalls?.length
      ? {
          tool_calls: turn.toolCalls.map(({ name, args }) => ({
            type: "function",
            function: { name, arguments: JSON.parse(hide(JSON.stringify(args))) },
          })),
        }
      : {}),
  };
}

/** Some templates refuse a system turn; its text then opens the first user turn. */
function render(template: { render(items: Wire): string }, messages: readonly Wire[], variables: Wire): string {
  try {
    return template.render({ ...variables, messages });
  } catch (cause) {
    const [system, first, ...rest] = messages;
    const why = cause instanceof Error ? cause.message : String(cause);
    if (system?.role !== "system" || first?.role !== "user") {
      throw new LocalModelError(`The model's chat template cannot render this conversation: ${why}`, { cause });
    }
    const joined = { ...first, content: `${String(system.content)}\n\n${String(first.content)}` };
    return render(template, [joined, ...rest], variables);
  }
}

function withBos(pieces: Piece[], model: LlamaModel): Piece[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  const first = pieces[0];
  if (!shouldPrependBosToken || bos === null || (first && "token" in first && first.token === bos)) return pieces;
  return [{ token: bos }, ...pieces];
}

/** The control tokens that the template may write, by their text. No other text can become one. */
function controlTokens(model: LlamaModel, source: string): Map<string, Token> {
  const found = new Map<string, Token>();
  const { bosString, eosString } = model.tokens;
  const types = model.fileInfo.metadata.tokenizer?.ggml?.token_type ?? [];
  const texts = model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? [];
  types.forEach((type, index) => {
    const text = texts[index];
    if (Number(type) !== controlType || !text) return;
    if (text === bosString || text === eosString || source.includes(text)) found.set(text, index as Token);
  });
  return found;
}

/** `LLAMA_TOKEN_TYPE_CONTROL` of llama.cpp. */
const controlType = 3;

function splitter(controls: ReadonlyMap<string, Token>): (text: string) => Piece[] {
  const words = [...controls.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
  if (!words.length) return (text) => [{ text }];
  const pattern = new RegExp(`(${words.join("|")})`);
  return (text) =>
    text
      .split(pattern)
      .filter(Boolean)
      .map((part) => {
        const token = controls.get(part);
        return token === undefined ? { text: part } : { token };
      });
}

/** Swaps control tokens in content for a word that no one could have written, and back once the template is rendered. */
function createGuard(words: readonly string[]) {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const pattern = new RegExp(`(?:${words.map(escapeRegExp).join("|")})`, "g");
  const hidden: string[] = [];
  return {
    hide: (text: string) =>
      words.length ? text.replace(pattern, (word) => `${nonce}x${hidden.push(word) - 1}x`) : text,
    show: (text: string) =>
      hidden.length
        ? text.replace(new RegExp(`${nonce}x(\\d+)x`, "g"), (_, index) => hidden[Number(index)] ?? "")
        : text,
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * Tokens of a prompt. Where a stretch of text is already in `held` (the tokens of a sequence) or goes on from its end,
 * the tokens there are kept, though a fresh tokenisation might cut the same words otherwise: what was evaluated stays.
 */
export function tokenise(pieces: readonly Piece[], model: LlamaModel, held: readonly Token[]): Token[] {
  const tokens: Token[] = [];
  let same = 0;
  for (const piece of pieces) {
    if ("token" in piece) tokens.push(piece.token);
    else if (same < tokens.length) tokens.push(...model.tokenize(piece.text));
    else tokens.push(...keptTokens(piece.text, model, held, same));
    while (same < tokens.length && held[same] === tokens[same]) same++;
  }
  return tokens;
}

function keptTokens(text: string, model: LlamaModel, held: readonly Token[], from: number): Token[] {
  let end = from;
  while (end < held.length && !model.isSpecialToken(held[end])) end++;
  const run = held.slice(from, end);
  const said = run.length ? model.detokenize(run, true) : "";
  if (said === text) return run;
  if (said && end === held.length && text.startsWith(said)) return [...run, ...model.tokenize(text.slice(said.length))];
  return model.tokenize(text);
}
