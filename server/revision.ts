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
    const { instructions, skills } = this.place;
    return this.#earlier.reduceRight(
      (text, earlier) => swap(swap(text, earlier.instructions, instructions), earlier.skills, skills),
      system,
    );
  }
}

/** What was empty before has no place of its own, and goes to the end. */
function swap(text: string, before: string, after: string): string {
  if (before === after || (after !== "" && text.includes(after))) return text;
  if (before === "") return `${text}\n\n${after}`;
  return text.replace(before, () => after);
}
