/** One session of an ACP agent. It takes one prompt at a time; what is said meanwhile waits for the next. */
import type { ClientContext, McpServer, PromptResponse, SessionNotification } from "@agentclientprotocol/sdk";
import { noUsage, type StopReason } from "../../agent/message.ts";
import type { ProviderError } from "../../agent/provider-error.ts";
import { version } from "./about.ts";
import { notLoggedIn, serviceFailed } from "./failures.ts";
import { count, obj } from "./json.ts";
import type { LinkEvent, LinkOptions, LinkWish } from "./link.ts";
import type { CliVendor } from "./vendors.ts";
import type { Words } from "./words.ts";

/** `auth_required` of the protocol. */
const loginWanted = -32000;

const stops: Readonly<Record<PromptResponse["stopReason"], StopReason>> = {
  end_turn: "endTurn",
  max_tokens: "maxTokens",
  max_turn_requests: "pause",
  refusal: "refusal",
  cancelled: "interrupted",
};

export function createAcpChat({ vendor, cwd }: LinkOptions, wish: LinkWish, tell: (event: LinkEvent) => void) {
  let agent: ClientContext | undefined;
  let session = "";
  let isBusy = false;
  let unsaid: Words = [];
  /** Calls of the turn that runs. */
  let calls = 0;
  /** The agent knows its system prompt. */
  let isTold = vendor.catalog !== undefined || wish.system === "";
  /** Parts are told apart by the kind of what came before. */
  let part = 0;
  let kind = "";
  const fail = (thrown: unknown) => tell({ type: "failed", error: failureOf(vendor, thrown) });
  const prompt = async (words: Words): Promise<void> => {
    isBusy = true;
    calls = 0;
    const answer = await agent?.request<PromptResponse>("session/prompt", {
      sessionId: session,
      prompt: words.map(block),
    });
    isBusy = false;
    if (!answer) return;
    tell({ type: "usage", usage: meters(answer, calls) });
    const next = unsaid;
    unsaid = [];
    if (next.length > 0) return prompt(next);
    tell({ type: "turnEnded", stop: stops[answer.stopReason] ?? "unknown" });
  };
  return {
    async open(opened: ClientContext, protocolVersion: number, mcpServers: McpServer[]): Promise<void> {
      agent = opened;
      try {
        await opened.request("initialize", {
          protocolVersion,
          clientInfo: { name: "sagent", version },
          clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
        });
        const { sessionId } = await opened.request("session/new", { cwd, mcpServers });
        session = sessionId;
      } catch (thrown) {
        throw failureOf(vendor, thrown);
      }
    },
    say(words: Words): void {
      const told = isTold ? words : [text(wish.system), ...words];
      isTold = true;
      if (isBusy) unsaid = [...unsaid, ...told];
      else prompt(told).catch(fail);
    },
    called(): void {
      calls += 1;
    },
    /** What stops the turn, where one runs. */
    cancellation: () =>
      isBusy ? { jsonrpc: "2.0", method: "session/cancel", params: { sessionId: session } } : undefined,
    update({ update }: SessionNotification): void {
      if (update.sessionUpdate !== kind) part += 1;
      kind = update.sessionUpdate;
      const isWords = kind === "agent_message_chunk" || kind === "agent_thought_chunk";
      if (!isWords || !("content" in update)) return;
      const { type, text } = obj(update.content);
      if (type !== "text" || typeof text !== "string") return;
      tell({ type: kind === "agent_message_chunk" ? "text" : "thinking", key: String(part), text });
    },
  };
}

function failureOf(vendor: CliVendor, thrown: unknown): ProviderError {
  const { code, message, data } = obj(thrown);
  const words = [message, obj(data).details].filter((each) => typeof each === "string").join(": ");
  if (code === loginWanted) return notLoggedIn(vendor, words);
  // Gemini CLI puts the status of HTTP in the place of the code.
  const status = typeof code === "number" && code >= 400 ? code : undefined;
  return serviceFailed(vendor, { message: words, status });
}

const text = (said: string): Words[number] => ({ type: "text", text: said });

function block(each: Words[number]) {
  return each.type === "text" ? each : { type: "image" as const, mimeType: each.mime, data: each.data };
}

/**
 * Gemini CLI tells the sums of a whole turn. Where calls were made in it, several requests are behind it, and the sum of
 * their prompts is the size of none of them: then it is left to the estimate.
 */
function meters({ _meta: meta }: PromptResponse, calls: number) {
  const { input_tokens: input, output_tokens: output } = obj(obj(obj(meta).quota).token_count);
  return { ...noUsage, input: calls === 0 ? count(input) : 0, output: count(output) };
}
