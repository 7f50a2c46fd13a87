/** The skills that the agents of a session have: listed for the prompt, found by words, read again on demand. */
import { oneLine } from "../output.ts";
import { type FoundSkills, findSkills, type Skill } from "./find.ts";
import { skillDirs } from "./places.ts";

type Env = Readonly<Record<string, string | undefined>>;

const nothing: FoundSkills = { skills: [], problems: [] };
const listedChars = 160;

export class SkillBook {
  #dirs: readonly string[];
  #found: FoundSkills;

  /** `dirs` are folders of skills, the nearest first. */
  constructor(dirs: readonly string[] = []) {
    this.#dirs = dirs;
    this.#found = dirs.length === 0 ? nothing : findSkills(dirs);
  }

  get all(): readonly Skill[] {
    return this.#found.skills;
  }

  get problems(): readonly string[] {
    return this.#found.problems;
  }

  /** Looks again, in other folders where they are given. */
  reload(dirs = this.#dirs): void {
    this.#dirs = dirs;
    this.#found = findSkills(dirs);
  }

  get(name: string): Skill | undefined {
    return this.all.find((skill) => skill.name === name.trim().toLowerCase());
  }

  /** Those in which the most of the words stand, a name counting more; the best first. */
  search(query: string, most = 10): readonly Skill[] {
    const words: readonly string[] = query.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
    const worth = ({ name, description }: Skill) =>
      words.reduce(
        (sum, word) => sum + (name.includes(word) ? 3 : description.toLowerCase().includes(word) ? 1 : 0),
        0,
      );
    return this.all
      .map((skill) => ({ skill, points: worth(skill) }))
      .filter(({ points }) => points > 0)
      .sort((a, b) => b.points - a.points)
      .slice(0, most)
      .map(({ skill }) => skill);
  }

  /**
   * What a model is told of them at first; empty where there are none. Never longer than `maxBytes` of UTF-8, so that the first
   * request stays small: where their descriptions do not fit, names alone are told.
   */
  listing(maxBytes = 360): string {
    if (this.all.length === 0) return "";
    const head = "# Skills\nInstructions for certain work. Before such work, load the fitting one with Skill.\n";
    const fits = (text: string) => Buffer.byteLength(text) <= maxBytes;
    const whole = head + this.all.map((skill) => `- ${skillLine(skill)}`).join("\n");
    if (fits(whole)) return whole;
    const names = this.all.map(({ name }) => name);
    const named = (count: number) =>
      `${head}${names.slice(0, count).join(", ")}${count < names.length ? ` and ${names.length - count} more` : ""}. Skill finds them by words, too.`;
    let count = names.length;
    while (count > 0 && !fits(named(count))) count--;
    return named(count);
  }
}

/** Those of the directories from `cwd` up, and of the person who works there. They are text, so nobody need be trusted for them. */
export function skillBookFor(cwd: string, env: Env): SkillBook {
  return new SkillBook(skillDirs(cwd, env));
}

export const skillLine = ({ name, description }: Skill) => `${name}: ${oneLine(description, listedChars)}`;
