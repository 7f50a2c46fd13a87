/** The rate and usage windows that providers last told of, for people and for the result of a run. */
import type { AgentEvent, EventOf } from "../agent/event.ts";

export interface ProviderWindows {
  readonly provider: string;
  readonly windows: EventOf<"limits">["windows"];
}

export class Windows {
  readonly #providers = new Map<string, string>();
  readonly #told = new Map<string, ProviderWindows>();

  /** Takes the events of any number of agents; an agent's `started` or `switched` says whose its limits are. */
  note(event: AgentEvent): void {
    if (event.type === "started" || event.type === "switched") {
      this.#providers.set(event.agent, event.model.provider);
      return;
    }
    if (event.type !== "limits") return;
    const provider = this.#providers.get(event.agent) ?? "";
    this.#told.set(provider, { provider, windows: event.windows });
  }

  /** The newest of each provider that told any. */
  get all(): readonly ProviderWindows[] {
    return [...this.#told.values()];
  }
}

/** A line a window: `anthropic 5h: 42% used, anew in 2 h 10 min`. */
export function windowLines(told: readonly ProviderWindows[], now: number): string[] {
  return told.flatMap(({ provider, windows }) =>
    windows.map((window) => {
      const parts = [stand(window), window.resetAt === undefined ? "" : `anew ${wait(window.resetAt - now)}`];
      return `${provider} ${window.name}: ${parts.filter(Boolean).join(", ")}`;
    }),
  );
}

function stand({ used, limit, remaining }: EventOf<"limits">["windows"][number]): string {
  const count = (value: number) => value.toLocaleString("en");
  if (used !== undefined) return `${Math.round(used * 100)}% used`;
  if (remaining === undefined) return limit === undefined ? "" : `${count(limit)} at most`;
  return limit === undefined ? `${count(remaining)} left` : `${count(remaining)} of ${count(limit)} left`;
}

function wait(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (ms <= 0) return "now";
  if (minutes < 2) return `in ${Math.ceil(ms / 1_000)} s`;
  if (minutes < 120) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `in ${hours} h ${minutes % 60} min` : `in ${Math.round(hours / 24)} days`;
}
