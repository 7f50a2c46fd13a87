/** Draws an agent's events on a terminal as they come: text as it streams, a line a tool call, errors with what to do. */
import type { AgentEvent, EventOf } from "../agent/event.ts";
import { textOf } from "../agent/message.ts";
import { planOf } from "./card.ts";
import type { Step } from "./protocol.ts";
import { askLines } from "./terminal-asks.ts";
import { printable, type Style } from "./terminal-text.ts";
import { toldLine, toldOf } from "./told.ts";

export class TerminalView {
  readonly #write: (text: string) => void;
  readonly #style: Style;
  #kind: "text" | "thinking" | "toolCall" | null = null;
  /** The cursor is at the start of a line. */
  #fresh = true;
  /** What a call last told of itself, and when. */
  #said: readonly [text: string, at: number] = ["", Number.NEGATIVE_INFINITY];

  constructor(write: (text: string) => void, style: Style) {
    this.#write = write;
    this.#style = style;
  }

  /** Other agents than `root` take a line for what they do and say, so that the root's words stay whole. */
  show(event: AgentEvent, root = event.agent): void {
    if (event.type === "asked" || event.type === "answered") return this.#ask(event, root);
    const told = toldOf(event);
    if (told) return this.#line(this.#style.bold(toldLine(told)));
    if (event.agent !== root) return this.#other(event);
    const { dim, red } = this.#style;
    switch (event.type) {
      case "partStarted":
        if (event.kind !== this.#kind) this.#endLine();
        this.#kind = event.kind;
        return;
      case "delta":
        if (this.#kind === "text") this.#print(printable(event.text));
        if (this.#kind === "thinking") this.#print(dim(printable(event.text)));
        return;
      case "partsReset":
        return this.#line(dim("(the answer starts over)"));
      case "callEnded":
        this.#kind = null;
        return this.#endLine();
      case "toolStarted":
        return this.#line(dim(`• ${printable(event.label)}`));
      case "toolOutput":
        return event.stream === "status" ? this.#progress(event) : undefined;
      case "retry":
        return this.#line(dim(`${printable(event.error.message)} Trying again in ${seconds(event.delayMs)} s.`));
      case "message":
        return this.#message(event.message);
      case "toolDetached":
        return this.#line(dim("  (goes on in the background)"));
      case "spawned":
        return this.#line(dim(`↳ ${event.childPath}`));
      case "loopNoticed":
        return this.#line(dim("It repeats itself, and was told so."));
      case "compactStarted":
        return this.#line(dim("Summarising the conversation…"));
      case "cleared":
        return this.#line(dim("The conversation is cleared."));
      case "switched":
        return this.#switched(event);
      case "suspended":
        return this.#line(dim(printable(suspendedLine(event))));
      case "error":
      case "switchFailed":
      case "compactFailed":
        this.#line(red(printable(event.error.message)));
        if (event.error.hint) this.#line(dim(`  ${printable(event.error.hint)}`));
        return;
      default:
        return;
    }
  }

  /** What a call that takes long is about: not every word of one that says many. */
  #progress({ call, text, at }: EventOf<"toolOutput">): void {
    const [last, saidAt] = this.#said;
    if (last === `${call} ${text}` || at - saidAt < progressMs) return;
    this.#said = [`${call} ${text}`, at];
    const [first = ""] = printable(text).trim().split("\n", 1);
    this.#line(this.#style.dim(`  … ${first.slice(0, 160)}`));
  }

  /** A question of any agent is shown whole: it waits for the person. */
  #ask(event: EventOf<"asked" | "answered">, root: string): void {
    const { bold, dim } = this.#style;
    const name = event.agent === root ? event.askId : `${event.agent}:${event.askId}`;
    if (event.type === "answered") {
      return event.answer ? undefined : this.#line(dim(`  (question ${name} is withdrawn)`));
    }
    const [first = "", ...rest] = askLines(name, event.agent, event.ask).map(printable);
    this.#line(bold(first));
    for (const line of rest) this.#line(line);
  }

  #other(event: AgentEvent): void {
    const { dim, red } = this.#style;
    const name = `  ${event.agent}`;
    if (event.type === "toolStarted") return this.#line(dim(`${name} • ${printable(event.label)}`));
    if (event.type === "error") return this.#line(red(`${name}: ${printable(event.error.message)}`));
    if (event.type !== "message") return;
    const { message } = event;
    if (message.type === "assistant") return this.#aside(name, textOf(message));
    if (message.type === "peer") this.#aside(`  ${message.from} → ${event.agent}`, message.text);
  }

  #switched({ model, error, skipped = [] }: EventOf<"switched">): void {
    const { dim } = this.#style;
    if (error) this.#line(dim(printable(error.message)));
    for (const { model, message } of skipped) this.#line(dim(printable(`  (not ${model}: ${message})`)));
    this.#line(dim(printable(`Now on ${model.provider} ${model.model}.`)));
  }

  #aside(name: string, text: string): void {
    const [first = ""] = printable(text).trim().split("\n", 1);
    if (first !== "") this.#line(this.#style.dim(`${name}: ${first.slice(0, 160)}`));
  }

  #message(message: Extract<AgentEvent, { type: "message" }>["message"]): void {
    if (message.type !== "toolResult") return;
    if (!message.isError) return this.#plan(planOf(message.details) ?? []);
    const [first = ""] = printable(message.text).trim().split("\n", 1);
    this.#line(this.#style.red(`  ✗ ${first.slice(0, 160)}`));
  }

  #plan(steps: readonly Step[]): void {
    const { bold, dim } = this.#style;
    for (const { text, state } of steps) {
      const line = `${marks[state]} ${printable(text)}`;
      this.#line(`  ${state === "doing" ? bold(line) : dim(line)}`);
    }
  }

  #print(text: string): void {
    if (text === "") return;
    this.#write(text);
    this.#fresh = text.endsWith("\n") || text.endsWith("\n\x1b[0m");
  }

  #line(text: string): void {
    this.#endLine();
    this.#write(`${text}\n`);
  }

  #endLine(): void {
    if (!this.#fresh) this.#write("\n");
    this.#fresh = true;
  }
}

/** Progress is told so often at most. */
const progressMs = 2_000;

const marks: Readonly<Record<Step["state"], string>> = { done: "✓", doing: "▸", open: "·" };

function suspendedLine({ until, error, waits }: EventOf<"suspended">): string {
  const at = new Date(until).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return waits
    ? `${error.message} It goes on by itself at ${at}; say something to go on now.`
    : `It can go on at ${at}.`;
}

const seconds = (ms: number) => (ms / 1_000).toFixed(ms < 10_000 ? 1 : 0);
