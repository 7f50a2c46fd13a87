/**
 * A model's own chat template (Jinja), and the way from its text to tokens. Control tokens come from the template alone:
 * words of a person or a file that look like one are tokenised as plain text. Knows nothing of the engine that evaluates.
 */
import { LocalModelError, messageOf } from "../../agent/error.ts";
import { spaced } from "./schema.ts";

/** A turn as chat templates take it. `toolCalls` and the role `tool` are used only where the template knows tools. */
export interface ChatTurn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: unknown }[];
  readonly name?: string;
}

/** A stretch of a rendered prompt: a control token, or text between two of them. */
export type Piece = { readonly token: number } | { readonly text: string };

export interface RenderOptions {
  readonly tools?: readonly unknown[];
  readonly thinking?: boolean;
}

export interface ChatTemplate {
  /** It knows calls and results: as `<tool_call>{"name": …, "arguments": …}</tool_call>`, or as blocks. */
  readonly tools: boolean;
  /** It writes calls as DeepSeek does, `<｜tool▁calls▁begin｜>…`, and tells of no tools itself. */
  readonly blocks: boolean;
  /** It can turn thinking on and off. */
  readonly thinkingSwitch: boolean;
  /** Space that an answer begins with and that is no part of it. */
  readonly lead: string;
  /** Words that end an answer beside the model's own end tokens; only where there was no template. */
  readonly stops: readonly string[];
  /** The prompt of these turns, up to where the model goes on. */
  render(turns: readonly ChatTurn[], options?: RenderOptions): { readonly text: string; readonly pieces: Piece[] };
}

const chatml =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}";
const plain =
  "{{ bos_token }}{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}\n\n" +
  "{% else %}{{ 'Assistant: ' if message.role == 'assistant' else 'User: ' }}{{ message.content }}\n\n{% endif %}{% endfor %}Assistant:";

/** What a template needs to know of a tokenizer. */
export interface Vocabulary {
  /** The model's own template, where it has one. */
  readonly template: string | undefined;
  /** The control tokens, by their text. */
  readonly controls: ReadonlyMap<string, number>;
  /** Texts of the first and last token of a conversation; empty where there is none. */
  readonly bos: string;
  readonly eos: string;
  /** A prompt must begin with `bos`, also where the template does not write it. */
  readonly startsWithBos: boolean;
}

/** The template of a model; one without gets ChatML if its vocabulary has it, else a plain transcript. */
export async function createTemplate(vocabulary: Vocabulary, override?: string): Promise<ChatTemplate> {
  const { Template } = await import("@huggingface/jinja");
  const { bos, eos } = vocabulary;
  const source = override ?? vocabulary.template ?? (vocabulary.controls.has("<|im_start|>") ? chatml : plain);
  const controls = new Map(
    [...vocabulary.controls].filter(([text]) => text === bos || text === eos || source.includes(text)),
  );
  const template = new Template(source);
  const blocks = source.includes("<｜tool▁calls▁begin｜>") && source.includes("```json");
  const isTagged = source.includes("<tool_call>") && source.includes("tools") && !source.includes("<function=");
  const split = splitter(controls);
  return {
    tools: blocks || isTagged,
    blocks,
    thinkingSwitch: source.includes("enable_thinking"),
    lead: source === plain ? " " : "",
    stops: source === plain ? ["\nUser:", "\n\nUser"] : [],
    render(turns, { tools, thinking } = {}) {
      const guard = createGuard([...controls.keys()]);
      const variables = {
        add_generation_prompt: true,
        bos_token: bos,
        eos_token: eos,
        ...(tools?.length ? { tools } : {}),
        ...(thinking === undefined ? {} : { enable_thinking: thinking }),
      };
      const wires = turns.map((turn) => wire(turn, guard.hide, blocks));
      const text = render(template, wires, variables);
      const pieces = split(text).map((piece) => ("text" in piece ? { text: guard.show(piece.text) } : piece));
      return { text: guard.show(text), pieces: withBos(pieces, vocabulary) };
    },
  };
}

type Wire = Record<string, unknown>;

/** For blocks, arguments are text, and words in front of a call are absent where there are none. */
function wire(turn: ChatTurn, hide: (text: string) => string, blocks: boolean): Wire {
  const isBare = blocks && turn.content === "" && turn.toolCalls !== undefined;
  return {
    role: turn.role,
    content: isBare ? null : hide(turn.content),
    ...(turn.reasoning ? { reasoning_content: hide(turn.reasoning) } : {}),
    ...(turn.name ? { name: turn.name } : {}),
    ...(turn.toolCalls?.length
      ? {
          tool_calls: turn.toolCalls.map(({ name, args }) => ({
            type: "function",
            function: { name, arguments: blocks ? hide(spaced(args)) : JSON.parse(hide(JSON.stringify(args))) },
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
    const why = messageOf(cause);
    if (system?.role !== "system" || first?.role !== "user") {
      throw new LocalModelError(`The model's chat template cannot render this conversation: ${why}`, { cause });
    }
    const joined = { ...first, content: `${String(system.content)}\n\n${String(first.content)}` };
    return render(template, [joined, ...rest], variables);
  }
}

function withBos(pieces: Piece[], { startsWithBos, bos, controls }: Vocabulary): Piece[] {
  const token = controls.get(bos);
  const first = pieces[0];
  if (!startsWithBos || token === undefined || (first && "token" in first && first.token === token)) return pieces;
  return [{ token }, ...pieces];
}

function splitter(controls: ReadonlyMap<string, number>): (text: string) => Piece[] {
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

/** What turning a prompt into tokens asks of an engine. `Token` is the engine's own kind of number. */
export interface Tokenizer<Token extends number> {
  /** Of plain text: what looks like a control token is none. */
  tokenize(text: string): readonly Token[];
  /** Control tokens are written out. */
  detokenize(tokens: readonly Token[], special: true): string;
  isSpecialToken(token: Token | undefined): boolean;
}

/**
 * Tokens of a prompt. Where a stretch of text is already in `held` (the tokens of a sequence) or goes on from its end,
 * the tokens there are kept, though a fresh tokenisation might cut the same words otherwise: what was evaluated stays.
 */
export function tokenise<Token extends number>(
  pieces: readonly Piece[],
  tokenizer: Tokenizer<Token>,
  held: readonly Token[],
): Token[] {
  const tokens: Token[] = [];
  let same = 0;
  for (const piece of pieces) {
    if ("token" in piece) tokens.push(piece.token as Token);
    else if (same < tokens.length) tokens.push(...tokenizer.tokenize(piece.text));
    else tokens.push(...keptTokens(piece.text, tokenizer, held, same));
    while (same < tokens.length && held[same] === tokens[same]) same++;
  }
  return tokens;
}

function keptTokens<Token extends number>(
  text: string,
  tokenizer: Tokenizer<Token>,
  held: readonly Token[],
  from: number,
): readonly Token[] {
  let end = from;
  while (end < held.length && !tokenizer.isSpecialToken(held[end])) end++;
  const run = held.slice(from, end);
  const said = run.length ? tokenizer.detokenize(run, true) : "";
  if (said === text) return run;
  const goesOn = said && end === held.length && text.startsWith(said);
  return goesOn ? [...run, ...tokenizer.tokenize(text.slice(said.length))] : tokenizer.tokenize(text);
}
