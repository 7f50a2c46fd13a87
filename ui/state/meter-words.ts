/** What the meters say: how full the context is and of what, how fast answers come, how much came from the cache. */
import { promptTokens, type Usage } from "../../agent/message.ts";
import type { Meter } from "../../server/protocol.ts";
import type { AgentView, AssistantItem, Item } from "./view.ts";

export type TokenKind = keyof Meter["contextTokens"];

/** In the order in which a prompt has them. */
export const tokenKinds: readonly { readonly kind: TokenKind; readonly title: string }[] = [
  { kind: "system", title: "System prompt" },
  { kind: "tools", title: "Tools" },
  { kind: "summary", title: "Summary" },
  { kind: "user", title: "You and other agents" },
  { kind: "assistant", title: "Answers" },
  { kind: "toolResults", title: "Tool results" },
];

export function contextTotal({ contextTokens }: Pick<Meter, "contextTokens">): number {
  return Object.values(contextTokens).reduce((sum, tokens) => sum + tokens, 0);
}

/** Of the window, from 0; undefined where the window is not known. */
export function contextShare(meter: Pick<Meter, "contextTokens" | "windowTokens">): number | undefined {
  return meter.windowTokens > 0 ? contextTotal(meter) / meter.windowTokens : undefined;
}

/** Soon it is summarised unasked. */
export function isTight(meter: Pick<Meter, "contextTokens" | "compactAtTokens">): boolean {
  return meter.compactAtTokens !== null && contextTotal(meter) >= 0.85 * meter.compactAtTokens;
}

/** Of all that was read, what came from the provider's cache; undefined where nothing was read. */
export function cacheShare(usage: Usage): number | undefined {
  const read = promptTokens(usage);
  return read === 0 ? undefined : usage.cacheRead / read;
}

type Window = AgentView["limits"][number];

/** How much of a provider's window is used, from 0; undefined where it does not tell enough. */
export function usedShare({ used, limit, remaining }: Window): number | undefined {
  if (used !== undefined) return used;
  return limit !== undefined && limit > 0 && remaining !== undefined ? 1 - remaining / limit : undefined;
}

/** The fullest window, where it is nearly used up. */
export function tightest(windows: readonly Window[]): { readonly name: string; readonly share: number } | undefined {
  const told = windows.flatMap((window) => {
    const share = usedShare(window);
    return share !== undefined && share >= 0.85 ? [{ name: window.name, share }] : [];
  });
  return told.toSorted((a, b) => b.share - a.share)[0];
}

/** Tokens a second of an answer that is whole, with the time that it took to begin. */
export function speedOf({ usage, durationMs = 0 }: AssistantItem): number | undefined {
  const tokens = usage?.output ?? 0;
  return tokens > 0 && durationMs > 0 ? tokens / (durationMs / 1_000) : undefined;
}

/** The newest answer. */
export function newestAnswer(items: readonly Item[]): AssistantItem | undefined {
  return items.findLast((each): each is AssistantItem => each.type === "assistant");
}
