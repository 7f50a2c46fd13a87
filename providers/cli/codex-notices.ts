/** What the notices of an app-server say. */
import type { Usage } from "../../agent/message.ts";
import type { UsageWindow } from "../../agent/model.ts";
import { serviceFailed } from "./failures.ts";
import { count, type Json, list, obj, str } from "./json.ts";
import type { LinkEvent } from "./link.ts";
import type { CliVendor } from "./vendors.ts";

/** The news in a notice of our thread; undefined where there is none. */
export function readNotice(vendor: CliVendor, method: string, params: Json): LinkEvent | undefined {
  switch (method) {
    case "item/agentMessage/delta":
      return { type: "text", key: str(params.itemId), text: str(params.delta) };
    case "item/reasoning/summaryTextDelta":
    case "item/reasoning/textDelta":
      return { type: "thinking", key: `${params.itemId}.${params.summaryIndex}`, text: str(params.delta) };
    case "thread/tokenUsage/updated":
      return { type: "usage", usage: meters(obj(obj(params.tokenUsage).last)) };
    case "account/rateLimits/updated": {
      const told = windows(obj(params.rateLimits));
      return told.length > 0 ? { type: "limits", windows: told } : undefined;
    }
    case "turn/completed":
      return completed(vendor, obj(params.turn));
  }
}

function completed(vendor: CliVendor, { status, error }: Json): LinkEvent {
  if (status === "completed") return { type: "turnEnded", stop: "endTurn" };
  const { message, codexErrorInfo } = obj(error);
  const told = { message: str(message) || `its turn was ${str(status)}`, ...codeOf(codexErrorInfo) };
  return { type: "failed", error: serviceFailed(vendor, told) };
}

const codes: Readonly<Record<string, { readonly code?: string; readonly status?: number }>> = {
  contextWindowExceeded: { code: "context_length_exceeded" },
  usageLimitExceeded: { status: 429 },
  rateLimitExceeded: { status: 429 },
  serverOverloaded: { status: 529 },
  internalServerError: { status: 500 },
  unauthorized: { status: 401 },
  badRequest: { status: 400 },
  modelNotFound: { status: 400 },
  cyberPolicy: { code: "content_policy_violation" },
};

/** `codexErrorInfo` is a word, or an object with one word that holds the status of HTTP. */
function codeOf(told: unknown): { readonly code?: string; readonly status?: number } {
  if (typeof told === "string") return codes[told] ?? {};
  const [inner] = Object.values(obj(told));
  const { httpStatusCode: status } = obj(inner);
  return typeof status === "number" ? { status } : {};
}

function meters(last: Json): Usage {
  const cacheRead = count(last.cachedInputTokens);
  const cacheWrite = count(last.cacheWriteInputTokens);
  const input = Math.max(0, count(last.inputTokens) - cacheRead - cacheWrite);
  return { input, output: count(last.outputTokens), cacheRead, cacheWrite, cacheWrite1h: 0 };
}

function windows(limits: Json): UsageWindow[] {
  return list([limits.primary, limits.secondary]).flatMap((each) => {
    const { usedPercent, windowDurationMins: minutes, resetsAt } = obj(each);
    if (typeof usedPercent !== "number") return [];
    const name =
      typeof minutes === "number" ? (minutes % 1440 === 0 ? `${minutes / 1440}d` : `${minutes / 60}h`) : "limit";
    return [{ name, used: usedPercent / 100, ...(typeof resetsAt === "number" && { resetAt: resetsAt * 1000 }) }];
  });
}
