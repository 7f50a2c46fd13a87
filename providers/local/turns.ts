/** The neutral conversation as turns of a chat template. */
import type { AssistantMessage, Message } from "../../agent/message.ts";
import type { ModelInfo, ModelRequest, ToolSpec } from "../../agent/model.ts";
import { attachmentNote, isOwn, type Said, type Turn, turns, userText, withhold } from "../neutral.ts";
import { describeTools, exampleTurns, remind, writeCall, writeResult } from "./guide.ts";
import { createPlan, type Plan } from "./plan.ts";
import type { ChatTurn } from "./template.ts";

/** Turns for a template that knows tools: calls and results have their own places. */
export function nativeTurns(request: ModelRequest, info: ModelInfo): ChatTurn[] {
  const system = systemTurn(request.system);
  return [...system, ...turns(withhold(request.messages)).flatMap((turn) => nativeTurn(turn, info))];
}

function nativeTurn(turn: Turn, info: ModelInfo): ChatTurn[] {
  if (turn.role === "user") {
    const results = turn.results.map((result): ChatTurn => {
      const text = [result.isError && result.text ? `[Error] ${result.text}` : result.text, ...notes(result)];
      return { role: "tool", name: result.name, content: text.join("\n") };
    });
    return turn.said.length ? [...results, { role: "user", content: saidText(turn.said) }] : results;
  }
  const parts = turn.messages.flatMap((message) => message.parts);
  const own = turn.messages.filter((message) => isOwn(message, info)).flatMap((message) => message.parts);
  const reasoning = own.map((part) => (part.type === "thinking" ? part.text : "")).join("");
  const toolCalls = parts.filter((part) => part.type === "toolCall").map(({ name, args }) => ({ name, args }));
  const content = assistantText(turn.messages);
  return [
    { role: "assistant", content, ...(reasoning ? { reasoning } : {}), ...(toolCalls.length ? { toolCalls } : {}) },
  ];
}

/** Turns for a template that knows no tools: they are told of in the system text, and calls and results are text. */
export function guidedTurns(request: ModelRequest, tools: readonly ToolSpec[]): ChatTurn[] {
  const told = tools.length ? describeTools(tools) : "";
  return [
    ...systemTurn([request.system, told].filter(Boolean).join("\n\n")),
    ...(tools.length ? exampleTurns(tools) : []),
    ...guidedConversation(turns(withhold(request.messages)), createPlan(request.tools)),
  ];
}

function guidedConversation(conversation: readonly Turn[], plan: Plan): ChatTurn[] {
  let question = "";
  return conversation.map((turn) => {
    for (const message of turn.role === "assistant" ? turn.messages : turn.said) plan.hear(message);
    if (turn.role === "assistant") return guidedAnswer(turn);
    if (turn.said.length) question = saidText(turn.said);
    const results = turn.results.flatMap((result) => [writeResult(result), ...notes(result)]);
    const last = turn.said.length ? question : remind(question, plan);
    return { role: "user", content: [...results, last].join("\n\n") };
  });
}

function guidedAnswer(turn: Turn & { readonly role: "assistant" }): ChatTurn {
  const calls = turn.messages
    .flatMap((message) => message.parts)
    .flatMap((part) => (part.type === "toolCall" ? [writeCall(part.name, part.args)] : []));
  return { role: "assistant", content: [assistantText(turn.messages), ...calls].filter(Boolean).join("\n") };
}

function systemTurn(content: string): ChatTurn[] {
  return content ? [{ role: "system", content }] : [];
}

function saidText(said: readonly Said[]): string {
  return said.flatMap((message) => [userText(message), ...notes(message)]).join("\n\n");
}

function assistantText(messages: readonly AssistantMessage[]): string {
  const texts = messages.map((message) =>
    message.parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
  );
  return texts.filter(Boolean).join("\n\n");
}

function notes(message: Exclude<Message, AssistantMessage>): string[] {
  return (message.attachments ?? []).map(attachmentNote);
}
