/** Where sessions live and what a list of them shows. Reads the two ends of a file, never the whole transcript. */
import { realpathSync } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { AgentEvent } from "./event.ts";
import type { Origin } from "./message.ts";
import { sessionFile } from "./session.ts";
import { oneLine, readTitle } from "./session-meta.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface FoundSession {
  readonly id: string;
  readonly dir: string;
  /** Unix time in ms of the last write. */
  readonly updatedAt: number;
  /** Of its events, in bytes. */
  readonly size: number;
}

export interface SessionSummary extends FoundSession {
  /** What it was named, or the first thing a person said, on one line; empty when nothing was. */
  readonly title: string;
  /** Unix time in ms of its first event. */
  readonly createdAt?: number;
  readonly model?: Origin;
  /** Money of the whole tree so far. */
  readonly costUsd?: number;
  /** Entries of the root's conversation. */
  readonly messages?: number;
}

const endBytes = 64 * 1024;
/** Looked through where the last entries are so long that the end does not reach the last bill. */
const longEndBytes = 1024 * 1024;
const titleLetters = 1_500;
/** Files open at once. */
const readers = 32;

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
  const found = await findSessions(project);
  return mapSome(found.slice(0, options.limit ?? found.length), summarise);
}

/** Where the sessions of a project are, newest first. */
export async function findSessions(project: string): Promise<FoundSession[]> {
  const names = await readdir(project).catch(() => []);
  const found = await Promise.all(names.map((name) => findSession(join(project, name))));
  return found.filter((each) => each !== undefined).sort((a, b) => b.updatedAt - a.updatedAt);
}

/** The session in a directory that is named by its id; undefined where there is none. */
export async function findSession(dir: string): Promise<FoundSession | undefined> {
  const info = await stat(join(dir, sessionFile)).catch(() => undefined);
  return info?.isFile() ? { id: basename(dir), dir, updatedAt: info.mtimeMs, size: info.size } : undefined;
}

/** Maps in order, a bounded number at a time. */
export async function mapSome<From, To>(items: readonly From[], map: (item: From) => Promise<To>): Promise<To[]> {
  const mapped: To[] = [];
  for (let done = 0; done < items.length; done += readers) {
    mapped.push(...(await Promise.all(items.slice(done, done + readers).map(map))));
  }
  return mapped;
}

/** What a list shows of a session. One that cannot be read has only what is known without reading it. */
export async function summarise(found: FoundSession): Promise<SessionSummary> {
  const [named, { head, tail }, { readRecord }] = await Promise.all([
    readTitle(found.dir),
    readEnds(join(found.dir, sessionFile)).catch(() => ({ head: "", tail: "" })),
    import("./record.ts"),
  ]);
  const first = beginning(head, readRecord);
  const last = ending(tail, readRecord);
  const model = last.model ?? first.model;
  return {
    ...found,
    title: named ?? first.title,
    ...(first.createdAt === undefined ? {} : { createdAt: first.createdAt }),
    ...(model ? { model } : {}),
    ...(last.costUsd === undefined ? {} : { costUsd: last.costUsd }),
    ...(last.messages === undefined ? {} : { messages: last.messages }),
  };
}

/** The whole of a small file is both its ends. */
async function readEnds(path: string): Promise<{ head: string; tail: string }> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const head = await readAt(file, 0, endBytes);
  if (size <= endBytes) return { head, tail: head };
  const tail = await readAt(file, size - endBytes, endBytes);
  if (tail.includes(billMark)) return { head, tail };
  return { head, tail: await readAt(file, Math.max(0, size - longEndBytes), longEndBytes) };
}

const billMark = '"type":"callEnded"';

async function readAt(file: FileHandle, position: number, length: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.toString("utf8", 0, bytesRead);
}

type ReadRecord = (line: string) => AgentEvent | undefined;

/** Lines that the window cuts do not parse and fall away. */
function beginning(head: string, readRecord: ReadRecord): Pick<SessionSummary, "title" | "createdAt" | "model"> {
  let createdAt: number | undefined;
  let model: Origin | undefined;
  const found = () => ({ ...(createdAt === undefined ? {} : { createdAt }), ...(model ? { model } : {}) });
  for (const line of head.split("\n")) {
    const event = readRecord(line);
    if (!event) continue;
    createdAt ??= event.at;
    model = modelOf(event) ?? model;
    if (event.type === "message" && event.message.type === "user") {
      return { title: oneLine(event.message.text), ...found() };
    }
  }
  return { title: oneLine(textOfCutLine(head.slice(head.lastIndexOf("\n") + 1))), ...found() };
}

/** What the last events say, read from the end and no further than needed. */
function ending(tail: string, readRecord: ReadRecord): Pick<SessionSummary, "model" | "costUsd" | "messages"> {
  let last: Pick<SessionSummary, "model" | "costUsd" | "messages"> = {};
  for (const line of tail.split("\n").reverse()) {
    if (last.model && last.messages !== undefined && !line.includes(billMark)) continue;
    const event = readRecord(line);
    if (!event) continue;
    const model = last.model ?? modelOf(event);
    const costUsd = last.costUsd ?? (event.type === "callEnded" ? event.totalCostUsd : undefined);
    const messages = last.messages ?? entriesUpTo(event);
    last = {
      ...(model ? { model } : {}),
      ...(costUsd === undefined ? {} : { costUsd }),
      ...(messages === undefined ? {} : { messages }),
    };
    if (model && costUsd !== undefined && messages !== undefined) break;
  }
  return last;
}

/** Entries of one conversation are numbered from 1. */
function entriesUpTo(event: AgentEvent): number | undefined {
  return event.type === "message" && event.path === undefined ? Number(event.message.id.slice(1)) : undefined;
}

function modelOf(event: AgentEvent): Origin | undefined {
  if (event.type === "started" || event.type === "switched") return event.model;
  return event.type === "message" && event.message.type === "assistant" ? event.message.origin : undefined;
}

/** The text of a first message too long for the window, as far as it goes. */
function textOfCutLine(line: string): string {
  const quoted = /"type":"user".*?"text":"((?:[^"\\]|\\.)*)/.exec(line)?.[1] ?? "";
  try {
    return String(JSON.parse(`"${quoted.slice(0, titleLetters).replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, "")}"`));
  } catch {
    return "";
  }
}
