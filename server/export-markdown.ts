/** A session as Markdown that reads well: who said what, in the order in which it happened; what tools did is folded away. */
import type { Answer } from "../agent/ask.ts";
import type { AgentEvent } from "../agent/event.ts";
import { Ledger } from "../agent/ledger.ts";
import {
  type AssistantMessage,
  type Attachment,
  type CallId,
  diffsOf,
  type Hunk,
  type Message,
  type NoticeMessage,
  type ToolCallPart,
  type ToolResultMessage,
} from "../agent/message.ts";
import type { SessionSummary } from "../agent/session-list.ts";
import { fenced, folded, inline, markdownBody } from "./markdown-text.ts";

/** Takes the events of a session in order and says each as Markdown. */
export class Transcript {
  readonly #agents = new Ledger();
  /** What calls that have no result yet are, by agent and call. */
  readonly #calls = new Map<string, string>();
  #speaker = "";

  head({ id, title, model, createdAt, updatedAt, costUsd }: SessionSummary): string {
    const rows = [
      ["Session", id],
      ["Model", model ? `${model.provider} ${model.model}` : ""],
      ["Began", createdAt === undefined ? "" : time(createdAt)],
      ["Last", time(updatedAt)],
      ["Cost", costUsd === undefined ? "" : usd(costUsd)],
    ].filter(([, value]) => value !== "");
    return `# ${inline(title || "Session")}\n\n${table(rows)}\n`;
  }

  /** Who took part, where they were several. */
  foot(): string {
    const shares = this.#agents.shares();
    if (shares.length < 2) return "";
    const rows = shares.map(({ path, model, costUsd }) => [path, model?.model ?? "", usd(costUsd)]);
    return `## Agents\n\n${table(rows)}`;
  }

  /** Empty for what a reader does not miss. */
  take(event: AgentEvent): string {
    this.#agents.note(event);
    switch (event.type) {
      case "message":
        return this.#message(event.path, event.agent, event.message);
      case "compacted":
        return `---\n\n${folded("What came before was summarised for the model", markdownBody(event.summary))}`;
      case "cleared":
        return "---\n\n*What came before was cleared.*\n\n";
      case "switched":
        return remark(`${event.path ?? event.agent} went on with ${event.model.provider} ${event.model.model}.`);
      case "spawned":
        return remark(`${event.path ?? event.agent} spawned ${event.childPath}.`);
      case "childEnded":
        return remark(`${event.child} ended: ${event.reason}, ${usd(event.costUsd)}.`);
      case "error":
        return `> **Error:** ${inline(event.error.message)} ${inline(event.error.hint ?? "")}\n\n`;
      case "asked":
        return `> **${inline(event.path ?? event.agent)} asks:** ${inline(event.ask.text)}\n\n`;
      case "answered":
        return event.answer ? `> **Answer:** ${inline(answerText(event.answer))}\n\n` : "";
      case "idle":
        return event.reason === "done" ? "" : remark(`${event.path ?? event.agent} stopped: ${event.reason}.`);
      default:
        return "";
    }
  }

  #message(path: string | undefined, agent: string, message: Message): string {
    const place = path ?? agent;
    const at = `${place} `;
    switch (message.type) {
      case "user":
        return this.#under(path === undefined ? "User" : `To ${path}`, message) + said(message);
      case "peer":
        return this.#under(`${message.from} to ${place}`, message) + said(message);
      case "assistant":
        return this.#under(path ?? "Assistant", message) + this.#answer(at, message);
      case "toolResult": {
        const call = this.#calls.get(at + message.callId) ?? message.name;
        if (message.kind !== "pending") this.#calls.delete(at + message.callId);
        return this.#under(path ?? "Assistant", message) + outcome(call, message.kind, message);
      }
      case "notice":
        if (!message.call) return remark(message.text);
        return this.#under(path ?? "Assistant", message) + this.#late(at, message.call, message);
    }
  }

  /** A heading where somebody else begins to speak. */
  #under(speaker: string, { at }: Message): string {
    if (speaker === this.#speaker) return "";
    this.#speaker = speaker;
    return `## ${inline(speaker)}\n\n*${time(at)}*\n\n`;
  }

  #answer(at: string, { parts }: AssistantMessage): string {
    return parts
      .map((part) => {
        if (part.type === "text") return paragraph(part.text);
        if (part.type === "thinking") return part.text === "" ? "" : folded("Thinking", fenced(part.text, "text"));
        const call = callTitle(part);
        this.#calls.set(at + part.callId, call);
        return folded(call, argsOf(part));
      })
      .join("");
  }

  /** The result of a call that went on in the background. */
  #late(at: string, call: { id: CallId; name: string; kind: "final" | "cancelled" }, message: NoticeMessage): string {
    const title = this.#calls.get(at + call.id) ?? call.name;
    this.#calls.delete(at + call.id);
    return outcome(title, call.kind, message);
  }
}

function said({ text, attachments }: { text: string; attachments?: readonly Attachment[] | undefined }): string {
  return paragraph(text) + files(attachments);
}

function paragraph(text: string): string {
  return text.trim() === "" ? "" : `${markdownBody(text)}\n\n`;
}

function remark(text: string): string {
  return `*${inline(text)}*\n\n`;
}

/** The tool and the first thing that it was given. */
function callTitle({ name, args }: ToolCallPart): string {
  const first = Object.values(args).find((value) => typeof value === "string") ?? "";
  const line = first.trim().split("\n", 1)[0] ?? "";
  return `${name} ${line.length > 80 ? `${line.slice(0, 79)}…` : line}`.trim();
}

/** Arguments of a line each together, longer ones by themselves. */
function argsOf({ args, malformed }: ToolCallPart): string {
  if (malformed !== undefined) return fenced(malformed, "text");
  const texts = Object.entries(args).map(([name, value]) => {
    return [name, typeof value === "string" ? value : JSON.stringify(value, null, 2)] as const;
  });
  const short = texts.filter(([, text]) => !text.includes("\n"));
  const long = texts.filter(([, text]) => text.includes("\n"));
  const lines = short.map(([name, text]) => `${name}: ${text}`).join("\n");
  const blocks = long.map(([name, text]) => `${inline(name)}:\n\n${fenced(text)}`);
  return [...(lines === "" ? [] : [fenced(lines, "yaml")]), ...blocks].join("\n\n") || "No arguments.";
}

type Outcome = Pick<ToolResultMessage, "text" | "attachments" | "details" | "durationMs"> & {
  isError?: boolean | undefined;
};

function outcome(call: string, kind: ToolResultMessage["kind"], result: Outcome): string {
  const words = {
    final: result.isError ? "failed" : "result",
    pending: "goes on in the background",
    cancelled: "cancelled",
  };
  const took = result.durationMs === undefined ? "" : `, ${(result.durationMs / 1000).toFixed(1)} s`;
  const diffs = diffsOf(result.details);
  const diff = diffs.map(({ path, hunks }) => {
    const name = diffs.length > 1 ? `${inline(path)}\n\n` : "";
    return `${name}${fenced(diffText(hunks), "diff")}\n\n`;
  });
  return (
    folded(`${call}: ${words[kind]}${took}`, `${diff.join("")}${fenced(result.text, "text")}`) +
    files(result.attachments)
  );
}

function answerText(answer: Answer): string {
  switch (answer.type) {
    case "choice":
      return [...answer.labels, ...(answer.text === undefined ? [] : [answer.text])].join(", ");
    case "text":
      return answer.text;
    case "allow":
      return `allowed, ${answer.scope}`;
    case "deny":
      return `denied ${answer.reason ?? ""}`;
  }
}

function diffText(hunks: readonly Hunk[]): string {
  return hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) =>
      [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines].join("\n"),
    )
    .join("\n");
}

function files(attachments: readonly Attachment[] = []): string {
  return attachments.map(({ name, mime }) => remark(`Attached: ${name ?? "a file"} (${mime})`)).join("");
}

function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const empty = Array.from({ length: columns }, () => "");
  return line(empty) + line(empty.map(() => "---")) + rows.map((row) => line(row.map(inline))).join("");
}

function time(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function usd(amount: number): string {
  return `$${amount.toFixed(4)}`;
}
