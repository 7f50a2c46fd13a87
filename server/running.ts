/** The record of the server that a project has, by which a second `sagent` finds it and a later one gets its port again. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { SessionLockedError } from "../agent/error.ts";
import { acquireLease, leaseHolder } from "../agent/lease.ts";
import { baseUrl } from "./hosts.ts";
import { readToken } from "./token.ts";

const recordFile = "running.json";
const leaseFile = "lease";
const patienceMs = 2_000;

const recordSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  port: z.int().min(1).max(65_535),
  /** Unix time in ms. */
  startedAt: z.number(),
});
export type ServerRecord = z.infer<typeof recordSchema>;

/** A server that answered a moment ago. */
export interface Running extends ServerRecord {
  /** Asks it for a link that lets one browser in; undefined where it answers no more. */
  launchUrl(): Promise<string | undefined>;
}

/** Records in `dir` that this process serves the project, until disposed. Where another that lives does so too, it stays the one. */
export async function announce(dir: string, at: Pick<ServerRecord, "host" | "port">): Promise<AsyncDisposable> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const lease = await acquireLease(join(dir, leaseFile)).catch((error: unknown) => {
    if (error instanceof SessionLockedError) return undefined;
    throw error;
  });
  if (lease) {
    const record: ServerRecord = { pid: process.pid, host: at.host, port: at.port, startedAt: Date.now() };
    const draft = join(dir, `${recordFile}.${crypto.randomUUID()}`);
    await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: "wx" });
    await rename(draft, join(dir, recordFile));
  }
  return { [Symbol.asyncDispose]: async () => lease?.release() };
}

/** The port that the project's last server had, whether it lives or not. */
export async function lastPort(dir: string): Promise<number | undefined> {
  return (await readRecord(dir))?.port;
}

/**
 * The server that `dir` records, where it lives and answers. The token goes only to the very process that recorded itself:
 * not to whatever has its port or its pid now, and past any proxy.
 */
export async function findRunning(dir: string): Promise<Running | undefined> {
  const [holder, record, token] = await Promise.all([
    leaseHolder(join(dir, leaseFile)),
    readRecord(dir),
    readToken(dir),
  ]);
  if (!holder || !record || !token || holder.host !== hostname() || holder.pid !== record.pid) return undefined;
  const url = baseUrl(record.host, record.port);
  const health = healthSchema.safeParse(await ask(`${url}/api/health`, "GET", token));
  if (!health.success || health.data.pid !== record.pid) return undefined;
  return {
    ...record,
    async launchUrl() {
      const link = linkSchema.safeParse(await ask(`${url}/api/launch`, "POST", token));
      return link.success ? url + link.data.path : undefined;
    },
  };
}

const healthSchema = z.object({ pid: z.number() });
const linkSchema = z.object({ path: z.string().regex(/^\/launch\?code=[\w-]+$/) });

async function readRecord(dir: string): Promise<ServerRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(dir, recordFile), "utf8")));
  } catch {
    return undefined;
  }
}

/** The JSON of an answer; undefined for any other. Bun's `fetch` would hand the token to a proxy of the environment. */
async function ask(url: string, method: "GET" | "POST", token: string): Promise<unknown> {
  const { request } = await import("node:http");
  const headers = {
    authorization: `Bearer ${token}`,
    origin: url.slice(0, url.indexOf("/", "http://".length)),
    ...(method === "POST" ? { "content-type": "application/json" } : {}),
  };
  return new Promise((resolve) => {
    const nothing = () => resolve(undefined);
    const call = request(url, { method, headers, signal: AbortSignal.timeout(patienceMs) }, async (answer) => {
      try {
        const parts: Buffer[] = [];
        for await (const part of answer) parts.push(part);
        resolve(JSON.parse(Buffer.concat(parts).toString("utf8")));
      } catch {
        nothing();
      }
    });
    call.on("error", nothing);
    call.end();
  });
}
