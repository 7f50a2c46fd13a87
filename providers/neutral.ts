/** What every wire needs of the neutral messages: ids, the words of user-side entries, turns, refusals. Pure. */
import type {
  AssistantMessage,
  Attachment,
  CallId,
  Message,
  NoticeMessage,
  PeerMessage,
  ToolResultMessage,
  UserMessage,
} from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";

export type UserSide = UserMessage | PeerMessage | NoticeMessage | ToolResultMessage;

/** A run of entries of one wire role. On the user's side results come first, in the order of their calls. */
export type Turn =
  | { readonly role: "user"; readonly results: readonly ToolResultMessage[]; readonly said: readonly Said[] }
  | { readonly role: "assistant"; readonly messages: readonly AssistantMessage[] };
export type Said = UserMessage | PeerMessage | NoticeMessage;

/** A vendor's id of a call: `toolu_` and `c17` give `toolu_17`. The same call has the same id in every request. */
export function wireCallId(prefix: string, id: CallId): string {
  return prefix + id.slice(1);
}

/** Whether this model wrote the message; only then its signatures and opaque data go back. */
export function isOwn(message: AssistantMessage, info: ModelInfo): boolean {
  return message.origin.provider === info.provider && message.origin.model === info.wireId;
}

/** Remembers what `make` gave for an object, for as long as the object lives. */
export function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const old = known.get(key);
    if (old !== undefined) return old;
    const value = make(key);
    known.set(key, value);
    return value;
  };
}

const marks = /^\\*\[from |<\\*\/?(?=(?:tool-notice|notice)\b)/gim;

/** Text that cannot be read as one of our own marks: each gets a backslash, and one that had it gets one more. */
function guard(text: string): string {
  return text.replace(marks, (mark) => (mark.startsWith("<") ? `<\\${mark.slice(1)}` : `\\${mark}`));
}

function attribute(text: string): string {
  return text
    .replace(/[\r\n]+/g, " ")
    .replace(/&/g, "&amp;")
    .replace(/"/g, "&quot;")
    .replace(/</g, "&lt;");
}

/**
 * How a user-side entry reads on any wire. A peer's text begins with `[from label]: `; a notice is a block of its own,
 * `<tool-notice call tool status>` when it is the late result of a call and `<notice>` otherwise. What a person, a peer
 * or a tool wrote can forge neither.
 */
export function userText(message: Said): string {
  const text = guard(message.text);
  switch (message.type) {
    case "user":
      return text;
    case "peer":
      return `[from ${message.from.replace(/[\]\r\n\\]/g, "_")}]: ${text}`;
    case "notice": {
      if (!message.call) return `<notice>\n${text}\n</notice>`;
      const { id, name, kind } = message.call;
      const status = kind === "cancelled" ? "cancelled" : message.isError ? "failed" : "finished";
      return `<tool-notice call="${id}" tool="${attribute(name)}" status="${status}">\n${text}\n</tool-notice>`;
    }
    default:
      return message satisfies never;
  }
}

/** What stands in for an attachment that the wire or the model cannot carry. */
export function attachmentNote({ mime, name, data }: Attachment): string {
  const bytes = Math.floor((data.length * 3) / 4);
  return `[An attachment was left out because this model cannot read it: ${name ?? "unnamed"}, ${mime}, ${bytes} bytes.]`;
}

const withheldText = "[This message was refused under the provider's policy and is withheld.]";

const stub = remember((message: UserSide): UserSide => {
  const { attachments: _, ...rest } = message;
  return rest.type === "toolResult" ? { ...rest, isError: true, text: withheldText } : { ...rest, text: withheldText };
});

/**
 * Leaves out what was refused: the refused answer is not sent, and the user-side entries between the answer before it
 * and it become stubs (results keep their ids). Gives the same array when nothing was refused.
 */
export function withhold(messages: readonly Message[]): readonly Message[] {
  if (!hasRefusal(messages)) return messages;
  const kept: Message[] = [];
  const gone = new Set<CallId>();
  let since = 0;
  for (const message of messages) {
    if (message.type !== "assistant") {
      if (message.type !== "toolResult" || !gone.has(message.callId)) kept.push(message);
      continue;
    }
    if (isRefusal(message)) {
      for (const part of message.parts) if (part.type === "toolCall") gone.add(part.callId);
      for (let at = since; at < kept.length; at++) {
        const entry = kept[at];
        if (entry && entry.type !== "assistant") kept[at] = stub(entry);
      }
    } else kept.push(message);
    since = kept.length;
  }
  return kept;
}

const clean = new WeakMap<readonly Message[], number>();

/** A history only grows at its end, so what was looked at in an earlier call is not looked at again. */
function hasRefusal(messages: readonly Message[]): boolean {
  for (let at = clean.get(messages) ?? 0; at < messages.length; at++) {
    const message = messages[at];
    if (message && isRefusal(message)) return true;
  }
  clean.set(messages, messages.length);
  return false;
}

function isRefusal(message: Message): boolean {
  return message.type === "assistant" && message.stopReason === "refusal";
}

/** Whether an answer has a word or a call; one that has neither is not sent. */
export function speaks(message: AssistantMessage): boolean {
  return message.parts.some((part) => part.type === "toolCall" || (part.type === "text" && part.text !== ""));
}

/** Groups entries into turns of strictly alternating roles. Answers that `sends` turns down vanish. */
export function turns(messages: readonly Message[], sends: (message: AssistantMessage) => boolean = speaks): Turn[] {
  return group(messages, 0, sends).map(({ turn }) => turn);
}

const callNumber = ({ callId }: ToolResultMessage) => Number(callId.slice(1));

interface Span {
  readonly turn: Turn;
  /** Index of its first message, and the one behind its last. */
  readonly from: number;
  readonly to: number;
}

function group(messages: readonly Message[], start: number, sends: (message: AssistantMessage) => boolean): Span[] {
  const spans: Span[] = [];
  let said: Said[] = [];
  let results: ToolResultMessage[] = [];
  let answers: AssistantMessage[] = [];
  let from = start;
  const end = (to: number) => {
    results.sort((a, b) => callNumber(a) - callNumber(b));
    if (answers.length) spans.push({ turn: { role: "assistant", messages: answers }, from, to });
    if (said.length + results.length) spans.push({ turn: { role: "user", results, said }, from, to });
    [said, results, answers, from] = [[], [], [], to];
  };
  for (let at = start; at < messages.length; at++) {
    const message = messages[at];
    if (!message || (message.type === "assistant" && !sends(message))) continue;
    if (message.type === "assistant" ? said.length + results.length > 0 : answers.length > 0) end(at);
    if (message.type === "assistant") answers.push(message);
    else if (message.type === "toolResult") results.push(message);
    else said.push(message);
  }
  end(messages.length);
  return spans;
}

/**
 * Translates a history turn by turn and remembers it: the next call with a longer history of the same entries
 * translates only what is new. `translate` must be pure. One memory a model.
 */
export function turnMemory<Wire>(
  translate: (turn: Turn) => Wire,
  sends: (message: AssistantMessage) => boolean = speaks,
): (messages: readonly Message[]) => readonly Wire[] {
  let known: readonly Message[] = [];
  /** Of `known` when it was translated: the same array may have grown since. */
  let length = 0;
  const spans: Span[] = [];
  let wires: Wire[] = [];
  return (messages) => {
    let same = 0;
    while (same < length && same < messages.length && known[same] === messages[same]) same++;
    // A turn that ends where the old history did may go on in the new one.
    while (spans.length && (spans.at(-1)?.to ?? 0) >= same) spans.pop();
    const fresh = group(messages, spans.at(-1)?.to ?? 0, sends);
    wires = [...wires.slice(0, spans.length), ...fresh.map(({ turn }) => translate(turn))];
    spans.push(...fresh);
    known = messages;
    length = messages.length;
    return wires;
  };
}
