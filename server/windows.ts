/** The rate and usage windows that providers last told of, for people and for the result of a run. */
import type { AgentEvent, EventOf } from "../agent/event.ts";

export interface ProviderWindows {
  readonly provider: string;
  /** Where one was chosen. */
  readonly account?: string;
  readonly windows: EventOf<"limits">["windows"];
}

export class Windows {
  readonly #told = new Map<string, ProviderWindows>();

  /** Takes the events of any number of agents. */
  note(event: AgentEvent): void {
    if (event.type !== "limits") return;
    const { provider, account, windows } = event;
    this.#told.set(`${provider} ${account}`, { provider, ...(account === undefined ? {} : { account }), windows });
  }

  /** The newest of each account of a provider that told any. */
  get all(): readonly ProviderWindows[] {
    return [...this.#told.values()];
  }
}

/** A line a window: `anthropic 5h: 42% used, anew in 2 h 10 min`. */
export function windowLines(told: readonly ProviderWindows[], now: number): string[] {
  return told.flatMap(({ provider, account, windows }) => {
    const whose = account === undefined ? provider : `${provider} (${account})`;
    return windows.map((window) => `${whose} ${window.name}: ${windowWords(window, now)}`);
  });
}

/** How a window stands: `42% used, anew in 2 h 10 min`. */
export function windowWords(window: ProviderWindows["windows"][number], now: number): string {
  const parts = [stand(window), window.resetAt === undefined ? "" : `anew ${wait(window.resetAt - now)}`];
  return parts.filter(Boolean).join(", ");
}

function stand({ used, limit, remaining }: EventOf<"limits">["windows"][number]): string {
  const count = (value: number) => value.toLocaleString("en");
  if (used !== undefined) return `${Math.round(used * 100)}% used`;
  if (remaining === undefined) return limit === undefined ? "" : `${count(limit)} at most`;
  return limit === undefined ? `${count(remaining)} left` : `${count(remaining)} of ${count(limit)} left`;
}

const wait = (ms: number) => (ms <= 0 ? "now" : `in ${span(ms)}`);

/** How long ago something was. */
export const ago = (ms: number) => (ms < 1_000 ? "now" : `${span(ms)} ago`);

function span(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 2) return `${Math.ceil(ms / 1_000)} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
