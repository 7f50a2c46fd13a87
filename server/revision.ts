/** Keeps prompts in step with files that they quote: of each prompt only the parts that have changed are replaced. */
import type { Surroundings } from "../agent/prompt.ts";

type Quoted = Required<Pick<Surroundings, "instructions" | "skills">>;

export class Revision {
  readonly place: Quoted & Surroundings;
  /** What prompts of this session may have been made from. */
  #earlier: readonly Quoted[] = [];

  constructor(place: Quoted & Surroundings) {
    this.place = { ...place };
  }

  /** No prompt was made before. */
  begin(): void {
    this.#earlier = [];
  }

  /** From now on prompts say this. */
  change(next: Quoted): void {
    const { instructions, skills } = this.place;
    if (instructions === next.instructions && skills === next.skills) return;
    this.#earlier = [...this.#earlier, { instructions, skills }];
    Object.assign(this.place, next);
  }

  /** A prompt with what it says now; the same one where nothing has changed. */
  revise(system: string): string {
    if (this.#earlier.length === 0) return system;
    const { instructions, skills } = this.place;
    const before = (part: keyof Quoted) => this.#earlier.map((quoted) => quoted[part]);
    return renewed(renewed(system, before("instructions"), instructions), before("skills"), skills);
  }
}

/**
 * What a text was made from is the longest version that stands in it, for one may be the beginning of another. A part that was
 * empty has no place of its own, and goes to the end.
 */
function renewed(text: string, earlier: readonly string[], now: string): string {
  const present = [now, ...earlier].filter((version) => version !== "" && text.includes(version));
  const [longest] = present.sort((a, b) => b.length - a.length);
  if (longest !== undefined) return text.replace(longest, () => now);
  return now !== "" && earlier.includes("") ? `${text}\n\n${now}` : text;
}
