/** Who the agents are: a Markdown file each, with a head of settings, and a body that is what the agent is told of itself. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { ConfigError, messageOf } from "../../agent/error.ts";
import type { SpawnRequest } from "../../agent/fleet-port.ts";
import { efforts } from "../../agent/model.ts";
import { readFrontmatter } from "../../tools/skills/frontmatter.ts";

export interface Persona {
  readonly name: string;
  readonly description: string;
  /** What the agent is made from, but for its label. */
  readonly request: Omit<SpawnRequest, "label" | "prompt">;
}

const list = z
  .union([z.array(z.string()), z.string()])
  .transform((value) => (typeof value === "string" ? value.split(/[\s,]+/) : value).filter((name) => name !== ""))
  .transform((names) => (names.length === 1 && names[0]?.toLowerCase() === "none" ? [] : names));

const headSchema = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  effort: z.enum(efforts).optional(),
  tools: list.optional(),
  maxRounds: z.int().positive().optional(),
  maxBudgetUsd: z.number().positive().optional(),
});

/** What each is told beside its own body. */
const place = [
  "People talk to you in Slack. Each message of theirs begins with a line in brackets that says who wrote it and where; the text below it is what they said.",
  "Your last reply goes into that thread as it is, so write it to them, short, in Markdown. What you say between calls of tools is not shown there.",
].join(" ");

/** All of a folder, by name. Throws `ConfigError` for a folder that is not there or has none, and for a file that is wrong. */
export async function readPersonas(dir: string): Promise<ReadonlyMap<string, Persona>> {
  const files = await readdir(dir).catch((cause: unknown) => {
    throw new ConfigError(`The folder of personas cannot be read: ${messageOf(cause)}`, { cause });
  });
  const personas = new Map<string, Persona>();
  for (const file of files.filter((name) => name.endsWith(".md")).sort()) {
    const persona = readPersona(join(dir, file), await readFile(join(dir, file), "utf8"));
    if (personas.has(persona.name)) throw new ConfigError(`Two personas of ${dir} have the name ${persona.name}.`);
    personas.set(persona.name, persona);
  }
  if (personas.size > 0) return personas;
  throw new ConfigError(`There is no persona in ${dir}.`, {
    hint: "Each is a file NAME.md that says who the agent is.",
  });
}

function readPersona(path: string, source: string): Persona {
  const { head, body } = readFrontmatter(source);
  const { data, error } = headSchema.safeParse(head);
  if (error) throw new ConfigError(`The persona ${path} is wrong: ${z.prettifyError(error)}`);
  const { name = basename(path, ".md"), description = "", effort, ...rest } = data;
  if (!/^[\w.-]{1,40}$/.test(name)) {
    throw new ConfigError(`The name of a persona may hold letters, digits, ".", "_" and "-", not "${name}" (${path}).`);
  }
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const request = {
    ...Object.fromEntries(given),
    ...(effort === undefined ? {} : { settings: { effort } }),
    system: [body.trim(), place].filter((part) => part !== "").join("\n\n"),
    persistent: true,
    notify: "never",
  } as const;
  return { name, description, request };
}
