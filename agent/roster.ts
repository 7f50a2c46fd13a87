/** The living members of a fleet by label, and the labels that were ever given. */
import { UsageError } from "./error.ts";
import type { Member } from "./member.ts";
import { targetMatcher } from "./target.ts";

export class Roster {
  readonly #living = new Map<string, Member>();
  /** Labels of the dead too: events name an agent by its label, so none is given twice. */
  readonly #used = new Set<string>();

  /** Oldest first. */
  living(): IterableIterator<Member> {
    return this.#living.values();
  }

  find(label: string): Member | undefined {
    return this.#living.get(label);
  }

  /** Throws `UsageError` listing the living. */
  get(label: string): Member {
    const member = this.#living.get(label);
    if (member) return member;
    throw new UsageError(`There is no living agent "${label}".`, { hint: this.#hint() });
  }

  /** Those that a target means, perhaps none. A plain label is looked up, whatever the number of agents. */
  matching(target: string): readonly Member[] {
    const plain = this.#living.get(target);
    if (plain) return [plain];
    const matches = targetMatcher(target);
    return [...this.#living.values()].filter(({ label }) => matches(label));
  }

  /** Those that a target means; throws `UsageError` listing the living where it means none. */
  match(target: string): readonly Member[] {
    const members = this.matching(target);
    if (members.length > 0) return members;
    throw new UsageError(`"${target}" names no living agent.`, { hint: this.#hint() });
  }

  add(member: Member): void {
    this.#living.set(member.label, member);
    this.#used.add(member.label);
  }

  remove(label: string): Member | undefined {
    const member = this.#living.get(label);
    this.#living.delete(label);
    return member;
  }

  /** Keeps a label from being given: a dead agent of this session had it. */
  retire(label: string): void {
    this.#used.add(label);
  }

  /** The wanted label, with a number behind it where it was given before. Throws `UsageError` for one that cannot be. */
  freeLabel(wanted: string): string {
    if (!/^[\w.-]{1,64}$/.test(wanted)) {
      throw new UsageError(`A label may hold letters, digits, ".", "_" and "-", 64 at most, not "${wanted}".`);
    }
    let label = wanted;
    for (let count = 2; this.#used.has(label); count += 1) label = `${wanted}-${count}`;
    this.#used.add(label);
    return label;
  }

  #hint(): string {
    return `Living: ${[...this.#living.keys()].slice(0, 50).join(", ")}.`;
  }
}
