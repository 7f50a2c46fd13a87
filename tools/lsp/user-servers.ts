/**
 * Servers that a person or a project declares, in `lsp.json`:
 * `{ "servers": { "NAME": { "command": ["PROGRAM", …], "extensions": [".x"], "rootMarkers": […], "settings": {…} } } }`.
 * `false` in place of a server leaves out the one of that name.
 */
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../agent/error.ts";
import { errorCode } from "../files.ts";
import { knownServers, type ServerSpec } from "./known-servers.ts";

const declared = z.strictObject({
  command: z.array(z.string().min(1)).min(1),
  extensions: z.array(z.string().regex(/^\.[^/]+$/, "an extension with its dot, such as .py")).min(1),
  rootMarkers: z.array(z.string().min(1)).default([]),
  settings: z.record(z.string(), z.unknown()).optional(),
});
const fileSchema = z.strictObject({ servers: z.record(z.string(), z.union([declared, z.literal(false)])) });

export interface ServerTable {
  /** Those declared nearest to the project first, then the known ones. */
  readonly specs: readonly ServerSpec[];
  /** What could not be obeyed, a sentence each. */
  readonly notes: readonly string[];
}

export interface DeclaredBy {
  /** The person's files, absolute; those later in the list count more. */
  readonly own: readonly string[];
  /** Whether what a project declares is obeyed. */
  readonly isTrusted: (root: string) => Promise<boolean>;
}

/** The servers for a workspace. */
export async function loadServers(root: string, { own, isTrusted }: DeclaredBy): Promise<ServerTable> {
  const notes: string[] = [];
  let specs = knownServers;
  for (const path of own) specs = merge(specs, await read(path, notes));
  const path = join(root, ".sagent", "lsp.json");
  const project = await read(path, notes);
  if (project === undefined) return { specs, notes };
  if (await isTrusted(root)) return { specs: merge(specs, project), notes };
  return {
    specs,
    notes: [...notes, `${path} is not obeyed: it could run anything here. If you trust this project: sagent trust`],
  };
}

type Declared = z.output<typeof fileSchema>["servers"];

function merge(specs: readonly ServerSpec[], servers: Declared | undefined): readonly ServerSpec[] {
  if (servers === undefined) return specs;
  const added = Object.entries(servers).flatMap(([name, server]): ServerSpec[] => {
    if (server === false) return [];
    const { settings, ...spec } = server;
    return [{ name, ...spec, ...(settings && { settings }) }];
  });
  return [...added, ...specs.filter(({ name }) => !Object.hasOwn(servers, name))];
}

async function read(path: string, notes: string[]): Promise<Declared | undefined> {
  if (!isAbsolute(path)) {
    notes.push(`${path} is not an absolute path, so no language servers are taken from it.`);
    return undefined;
  }
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, "utf8"))).servers;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, " ") : messageOf(error);
    notes.push(`${path} is left alone: ${why}`);
    return undefined;
  }
}
