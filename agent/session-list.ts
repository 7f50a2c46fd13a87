/** Where sessions live and what a list of them shows. Reads the two ends of a file, never the whole transcript. */
import { realpathSync } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { AgentEvent } from "./event.ts";
import type { Origin } from "./message.ts";
import { sessionFile } from "./session.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface SessionSummary {
  readonly id: string;
  readonly dir: string;
  /** Unix time in ms of the last write. */
  readonly updatedAt: number;
  /** The first thing a person said, on one line; empty when nothing was. */
  readonly title: string;
  readonly model?: Origin;
  /** Money of the whole tree so far. */
  readonly costUsd?: number;
}

const endBytes = 64 * 1024;
const titleLength = 120;

/** Directory of user data: `$XDG_DATA_HOME` or `~/.local/share`, with `sagent` in it. */
export function dataDir(env: Environment): string {
  const xdg = env.XDG_DATA_HOME;
  const base = xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), ".local", "share");
  return join(base, "sagent");
}

/** Directory that holds the sessions of a working directory, each in a directory named by its id. */
export function projectDir(cwd: string, env: Environment): string {
  return join(dataDir(env), "projects", projectSlug(cwd));
}

/** A readable name for a directory, at most 120 characters; a hash of the resolved path keeps names apart. */
function projectSlug(cwd: string): string {
  const path = realPath(cwd);
  const hash = new Bun.CryptoHasher("sha256").update(path).digest("hex").slice(0, 12);
  const words = path.replace(/[^A-Za-z0-9._]+/g, "-").replace(/^-+|-+$/g, "");
  return `${words.slice(-100).replace(/^[-.]+/, "") || "root"}-${hash}`;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The sessions of a project, newest first, at most `limit` of them. A directory that is not there has none. */
export async function listSessions(project: string, options: { limit?: number } = {}): Promise<SessionSummary[]> {
  const names = await readdir(project).catch(() => []);
  const found = await Promise.all(names.map((name) => findSession(join(project, name), name)));
  const newest = found.filter((each) => each !== undefined).sort((a, b) => b.updatedAt - a.updatedAt);
  return Promise.all(newest.slice(0, options.limit ?? newest.length).map(summarise));
}

type Found = Pick<SessionSummary, "id" | "dir" | "updatedAt">;

async function findSession(dir: string, id: string): Promise<Found | undefined> {
  const info = await stat(join(dir, sessionFile)).catch(() => undefined);
  return info?.isFile() ? { id, dir, updatedAt: info.mtimeMs } : undefined;
}

async function summarise(found: Found): Promise<SessionSummary> {
  const { head, tail } = await readEnds(join(found.dir, sessionFile)).catch(() => ({ head: "", tail: "" }));
  const first = await eventsIn(head);
  const last = (await eventsIn(tail)).reverse();
  const model = last.map(modelOf).find(Boolean) ?? first.map(modelOf).findLast(Boolean);
  const ended = last.find((event) => event.type === "callEnded");
  return {
    ...found,
    title: titleOf(first, head),
    ...(model ? { model } : {}),
    ...(ended ? { costUsd: ended.totalCostUsd } : {}),
  };
}

async function readEnds(path: string): Promise<{ head: string; tail: string }> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  return { head: await readAt(file, 0), tail: await readAt(file, Math.max(0, size - endBytes)) };
}

async function readAt(file: FileHandle, position: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(endBytes);
  const { bytesRead } = await file.read(bytes, 0, endBytes, position);
  return bytes.toString("utf8", 0, bytesRead);
}

/** Lines that the window cuts do not parse and fall away. */
async function eventsIn(text: string): Promise<AgentEvent[]> {
  const { readRecord } = await import("./record.ts");
  return text
    .split("\n")
    .map(readRecord)
    .filter((event) => event !== undefined);
}

function modelOf(event: AgentEvent): Origin | undefined {
  if (event.type === "started" || event.type === "switched") return event.model;
  return event.type === "message" && event.message.type === "assistant" ? event.message.origin : undefined;
}

function titleOf(events: readonly AgentEvent[], head: string): string {
  for (const event of events) {
    if (event.type === "message" && event.message.type === "user") return oneLine(event.message.text);
  }
  return oneLine(textOfCutLine(head.slice(head.lastIndexOf("\n") + 1)));
}

/** The text of a first message too long for the window, as far as it goes. */
function textOfCutLine(line: string): string {
  const quoted = /"type":"user".*?"text":"((?:[^"\\]|\\.)*)/.exec(line)?.[1] ?? "";
  try {
    return String(JSON.parse(`"${quoted.slice(0, titleLength * 12).replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, "")}"`));
  } catch {
    return "";
  }
}

function oneLine(text: string): string {
  const line = text
    .slice(0, titleLength * 4)
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...line];
  return letters.length <= titleLength ? line : `${letters.slice(0, titleLength - 1).join("")}…`;
}
