/** The living members of a fleet by label, and the labels that were ever given. */
import { UsageError } from "./error.ts";
import type { Member } from "./member.ts";
import { targetMatcher } from "./target.ts";

/** A list of more would bury what the sentence is about. */
const shownLabels = 50;

export class Roster {
  readonly #living = new Map<string, Member>();
  /** Labels of the dead too: events name an agent by its label, so none is given twice. */
  readonly #used = new Set<string>();
  /** The number to try next behind a stem. */
  readonly #next = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#living.size === 0;
  }

  /** Oldest first, those that are being closed among them. */
  living(): IterableIterator<Member> {
    return this.#living.values();
  }

  /** The living member of this label. One that is being closed hears no more, and so is not living. */
  find(label: string): Member | undefined {
    const member = this.#living.get(label);
    return member?.agent.isClosed ? undefined : member;
  }

  /** Throws `UsageError` listing the living. */
  get(label: string): Member {
    const member = this.find(label);
    if (member) return member;
    throw new UsageError(`There is no living agent "${label}".`, { hint: this.#hint() });
  }

  /**
   * Those that a target means, perhaps none; a pattern never means `except`. A plain label is looked up, whatever the
   * number of agents. Throws `UsageError` for a malformed pattern.
   */
  matching(target: string, except?: string): readonly Member[] {
    const plain = this.find(target);
    if (plain) return [plain];
    const matches = targetMatcher(target);
    return [...this.#living.values()].filter(
      ({ label, agent }) => label !== except && !agent.isClosed && matches(label),
    );
  }

  /** Those that a target means; throws `UsageError` listing the living where it means none. */
  match(target: string, except?: string): readonly Member[] {
    const members = this.matching(target, except);
    if (members.length > 0) return members;
    throw new UsageError(`"${target}" names no living agent.`, { hint: this.#hint() });
  }

  add(member: Member): void {
    this.#living.set(member.label, member);
    this.retire(member.label);
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
    const label = this.#used.has(wanted) ? this.#numbered(wanted, 2) : wanted;
    this.retire(label);
    return label;
  }

  /** A label for a child that asks for none: its parent's with a number behind it. */
  childLabel(parent: string): string {
    const label = this.#numbered(parent.slice(0, 56), 1);
    this.retire(label);
    return label;
  }

  #numbered(stem: string, first: number): string {
    let count = this.#next.get(stem) ?? first;
    while (this.#used.has(`${stem}-${count}`)) count += 1;
    this.#next.set(stem, count + 1);
    return `${stem}-${count}`;
  }

  #hint(): string {
    const labels = [...this.#living.keys()];
    const more = labels.length > shownLabels ? ` and ${labels.length - shownLabels} more` : "";
    return `Living: ${labels.slice(0, shownLabels).join(", ")}${more}.`;
  }
}
