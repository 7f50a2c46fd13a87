/** Who in a tree of agents used what, the dead among them. */
import type { AgentEvent } from "./event.ts";
import { addUsage, noUsage, type Origin, type Usage } from "./message.ts";

/** One agent's own part of the tree's tokens and money. */
export interface Share {
  readonly label: string;
  /** Labels from the root down, joined by `/`. */
  readonly path: string;
  /** The last one it used. */
  readonly model: Origin | null;
  readonly usage: Usage;
  readonly costUsd: number;
}

export class Ledger {
  readonly #shares = new Map<string, Share>();

  note(event: AgentEvent): void {
    const { agent: label, path = label } = event;
    const share = this.#shares.get(label) ?? { label, path, model: null, usage: noUsage, costUsd: 0 };
    switch (event.type) {
      case "started":
      case "switched":
        this.#shares.set(label, { ...share, model: event.model });
        return;
      case "callEnded": {
        const usage = addUsage(share.usage, event.usage);
        this.#shares.set(label, { ...share, usage, costUsd: share.costUsd + event.costUsd });
        return;
      }
      default:
        return;
    }
  }

  get totalUsd(): number {
    return this.shares().reduce((sum, { costUsd }) => sum + costUsd, 0);
  }

  /** In the order in which the agents began. */
  shares(): readonly Share[] {
    return [...this.#shares.values()];
  }
}
