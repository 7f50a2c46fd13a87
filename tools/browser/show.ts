/** What a call tells of the page it left: where it is, what happened, and the tree of what can be used. */
import type { Page } from "playwright-core";
import type { Clock } from "../../agent/clock.ts";
import type { ToolContext } from "../../agent/tool.ts";
import { fit, oneLine, plural } from "../output.ts";
import type { Seat } from "./seat.ts";
import { firstLine } from "./target.ts";

/** Tokens of the tree where it was asked for, and where it comes along with another action. */
export const [wholeTokens, briefTokens] = [12_000, 3_000];
const treeMs = 7_000;

/** The place, then what happened since the last call. */
export async function head(seat: Seat): Promise<string[]> {
  const { page, tabs } = seat;
  const where = page ? await place(page) : "No page is open.";
  const count = tabs.length > 1 && page ? ` (tab ${tabs.indexOf(page) + 1} of ${tabs.length})` : "";
  return [`${where}${count}`, ...seat.news.take().map((line) => `[${line}]`)].map(clean);
}

async function place(page: Page): Promise<string> {
  const title = await Promise.race([page.title().catch(() => ""), Bun.sleep(500).then(() => "")]);
  return `Page ${title ? `${JSON.stringify(oneLine(title, 150))} ` : ""}at ${oneLine(page.url(), 300)}`;
}

export interface TreeOptions {
  readonly maxTokens: number;
  readonly context: Pick<ToolContext, "countTokens" | "signal">;
  /** Anything that has such a tree: the page, or an element of it. */
  readonly of: Pick<Page, "ariaSnapshot">;
}

/** The tree of names, roles and refs; where it does not come, why. */
export async function tree({ maxTokens, context, of }: TreeOptions): Promise<string> {
  const { countTokens, signal } = context;
  try {
    const text = await of.ariaSnapshot({ mode: "ai", timeout: treeMs, signal });
    const lines = text.split("\n").map((line) => clean(oneLine300(line)));
    if (text.trim() === "") return "The page shows nothing that has a name or a role.";
    const { text: shown, count } = fit(lines, countTokens, maxTokens);
    const rest = lines.length - count;
    if (rest === 0) return shown;
    const more = `${plural(rest, "more line")} of the page; action "snapshot", with the ref of a part as target, shows them`;
    return `${shown}\n[${more}.]`;
  } catch (error) {
    signal.throwIfAborted();
    return `[No snapshot: ${firstLine(error)}. The page may be busy or too large; "read" or "screenshot" may work.]`;
  }
}

/** Indentation is kept; a long name or text is cut. */
function oneLine300(line: string): string {
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Without control characters and marks that turn the direction of a text: nothing of a page steers a terminal. */
export function clean(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, "");
}

/** Waits until what an action has set off seems to be done, for a few seconds at most. */
export async function settle(seat: Seat, page: Page, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = performance.now() + 3_000;
  await clock.sleep(60, signal);
  while (performance.now() < until && !page.isClosed() && !seat.isQuiet(page, 100)) await clock.sleep(30, signal);
}
