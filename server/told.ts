/** What an agent wants the person to know now, as its tool Notify says it: for whatever surface they sit at. */
import type { AgentEvent } from "../agent/event.ts";
import type { Told } from "./protocol.ts";
import { printable } from "./terminal-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What this event tells the person; to be asked of events as they happen, not of those of the past. */
export function toldOf(event: AgentEvent): Told | undefined {
  if (event.type !== "message" || event.message.type !== "toolResult" || event.message.isError) return undefined;
  const { details } = event.message;
  if (details?.type !== "custom" || details.name !== "notify") return undefined;
  const data: unknown = details.data;
  if (typeof data !== "object" || data === null || !("text" in data) || typeof data.text !== "string") return undefined;
  const title = "title" in data && typeof data.title === "string" ? data.title : "";
  const desktop = "desktop" in data && data.desktop === true;
  return { agent: event.agent, title: line(title, 100) || event.agent, text: line(data.text, 500), desktop };
}

/** `title: text`, as a line. */
export const toldLine = ({ title, text }: Told) => `${title}: ${text}`;

/**
 * What makes a terminal call its person: a bell, and a notification where it knows how. Those of the rxvt family, of VTE and
 * foot take OSC 777, others OSC 9, or nothing.
 */
export function terminalCall(told: Told, { TERM = "", VTE_VERSION }: Env): string {
  const [title, text] = [told.title, told.text].map((each) => printable(each).replaceAll(/[;\n\t]/g, ","));
  const takes777 = VTE_VERSION !== undefined || /^(?:rxvt|foot)/.test(TERM);
  return `\x07${takes777 ? `\x1b]777;notify;${title};${text}\x07` : `\x1b]9;${title}: ${text}\x07`}`;
}

const line = (text: string, most: number) => printable(text).replace(/\s+/g, " ").trim().slice(0, most);
