/**
 * What a project and a person have written to make their agents able to do more: instructions and skills. Read when a
 * session begins.
 */
import { type Instructions, loadInstructions } from "../agent/instructions.ts";
import type { Surroundings } from "../agent/prompt.ts";
import { type SkillBook, skillBookFor } from "../tools/skills/book.ts";
import type { Config } from "./config.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Extensions {
  /** What prompts tell of it; the same object for all agents of the session. */
  readonly place: Surroundings;
  /** Absolute paths of the AGENTS.md files that were read, in the order they apply. */
  readonly instructions: readonly string[];
  readonly skills: SkillBook;
  /** Sentences for the person. */
  readonly warnings: readonly string[];
}

export async function openExtensions(config: Config, env: Env): Promise<Extensions> {
  const { cwd, addDirs } = config;
  const skills = skillBookFor(cwd, env);
  const instructions: Instructions = await loadInstructions({ cwd, env, addDirs });
  const date = new Date().toISOString().slice(0, 10);
  return {
    place: { cwd, date, instructions: instructions.text, skills: skills.listing() },
    instructions: instructions.files,
    skills,
    warnings: [...instructions.warnings, ...skills.problems],
  };
}
