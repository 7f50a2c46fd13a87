/** Which hooks there are: the `hooks` of settings files, in the shape that Claude Code gave them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../agent/error.ts";
import type { Place } from "../tools/skills/places.ts";
import { untrustedNote } from "./trust.ts";

export const hookEvents = [
  "PreToolUse",
  "PostToolUse",
  "UserPromptSubmit",
  "Stop",
  "SubagentStop",
  "SessionStart",
  "SessionEnd",
  "PreCompact",
  "Notification",
] as const;
export type HookEvent = (typeof hookEvents)[number];

export interface HookCommand {
  readonly event: HookEvent;
  /** Undefined where it is for all. */
  readonly matcher: RegExp | undefined;
  readonly command: string;
  readonly timeoutMs: number;
  /** The file that has it. */
  readonly path: string;
  /** The folder of the plug-in that it is of. */
  readonly pluginDir?: string;
}

export interface HookSettings {
  readonly commands: readonly HookCommand[];
  /** A sentence for each that is left out. */
  readonly problems: readonly string[];
}

const defaultTimeoutMs = 60_000;
const maxTimeoutMs = 600_000;

const groupSchema = z.object({ matcher: z.string().optional(), hooks: z.array(z.looseObject({ type: z.string() })) });
const commandSchema = z.object({ command: z.string().min(1), timeout: z.number().positive().optional() });

/** Those of a project's settings count only where it is trusted; a person's own always do. */
export async function readHookSettings(
  places: readonly Place[],
  isTrusted: (dir: string) => Promise<boolean>,
): Promise<HookSettings> {
  const commands: HookCommand[] = [];
  const problems: string[] = [];
  for (const { dir, project } of places) {
    for (const path of ["settings.json", "settings.local.json"].map((name) => join(dir, name)).filter(existsSync)) {
      const read = readHookFile(path);
      if (read.commands.length > 0 && project !== undefined && !(await isTrusted(project))) {
        problems.push(untrustedNote(`${path} (its hooks)`));
        continue;
      }
      commands.push(...read.commands);
      problems.push(...read.problems);
    }
  }
  return { commands, problems };
}

/** `pluginDir` is the folder of the plug-in that the file is of. */
export function readHookFile(path: string, pluginDir?: string): HookSettings {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    return { commands: [], problems: [`The hooks of ${path} are left out: ${messageOf(error)}`] };
  }
  const hooks = typeof json === "object" && json !== null && "hooks" in json ? json.hooks : undefined;
  if (hooks === undefined) return { commands: [], problems: [] };
  return readHooks(hooks, path, pluginDir);
}

/** The value of `hooks`, by event. */
export function readHooks(hooks: unknown, path: string, pluginDir?: string): HookSettings {
  const commands: HookCommand[] = [];
  const problems: string[] = [];
  const byEvent = z.record(z.string(), z.array(z.unknown())).safeParse(hooks);
  if (!byEvent.success)
    return { commands, problems: [`The hooks of ${path} are left out: they are not lists by event.`] };
  for (const [name, groups] of Object.entries(byEvent.data)) {
    const event = hookEvents.find((each) => each === name);
    if (!event) problems.push(`${path} has hooks for "${name}", an event that is not known here; they never run.`);
    for (const group of event ? groups : []) {
      const read = event && readGroup(event, group, path, pluginDir);
      if (typeof read === "string") problems.push(read);
      else if (read) commands.push(...read);
    }
  }
  return { commands, problems };
}

function readGroup(
  event: HookEvent,
  group: unknown,
  path: string,
  pluginDir: string | undefined,
): readonly HookCommand[] | string {
  const parsed = groupSchema.safeParse(group);
  if (!parsed.success) return `A hook for ${event} in ${path} is left out: it has no list "hooks".`;
  const { matcher = "", hooks } = parsed.data;
  const pattern = matcherOf(matcher);
  if (pattern === null) return `A hook for ${event} in ${path} is left out: "${matcher}" is no regular expression.`;
  const commands: HookCommand[] = [];
  for (const hook of hooks) {
    const command = hook.type === "command" ? commandSchema.safeParse(hook) : undefined;
    if (!command?.success) return `A hook for ${event} in ${path} is left out: only those of type "command" are run.`;
    const timeoutMs = Math.min(maxTimeoutMs, (command.data.timeout ?? defaultTimeoutMs / 1000) * 1000);
    const own = pluginDir === undefined ? {} : { pluginDir };
    commands.push({ event, matcher: pattern, command: command.data.command, timeoutMs, path, ...own });
  }
  return commands;
}

/** Null where it is none. */
function matcherOf(matcher: string): RegExp | undefined | null {
  if (matcher === "" || matcher === "*") return undefined;
  try {
    return new RegExp(`^(?:${matcher})$`);
  } catch {
    return null;
  }
}
