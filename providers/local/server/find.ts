/** Looks for servers of local models on their usual ports. Only when a person asks what there is; never at a start. */
import type { Env } from "../../auth.ts";
import { serverAddress, serverKey } from "./address.ts";
import { type KindOfServer, type ServedModel, type ServerKind, serverKinds } from "./kinds.ts";

export interface FoundServer {
  /** What `--provider` calls it. */
  readonly provider: ServerKind;
  /** As sentences call it. */
  readonly label: string;
  readonly baseUrl: string;
  readonly models: readonly ServedModel[];
}

export interface FindOptions {
  /** Time in which a server has to answer at all. */
  readonly probeMs?: number;
  /** Time for what it serves. */
  readonly listMs?: number;
}

/** All are asked at once, where their variable says or else on their usual port. Servers that do not answer are left out. */
export async function findServers(env: Env, options: FindOptions = {}): Promise<FoundServer[]> {
  const found = await Promise.all(serverKinds.map((kind) => find(kind, env, options).catch(() => undefined)));
  return found.filter((server) => server !== undefined);
}

async function find(
  kind: KindOfServer,
  env: Env,
  { probeMs = 200, listMs = 2_000 }: FindOptions,
): Promise<FoundServer | undefined> {
  const told = serverAddress(kind, env);
  const baseUrl = told ?? kind.baseUrl;
  // An address that somebody gave may be far away; on the usual ports a stranger may listen, who is sent nothing.
  if (told === undefined && !(await listens(new URL(baseUrl), probeMs))) return undefined;
  const models = await kind.list({ baseUrl, apiKey: serverKey(kind, env), signal: AbortSignal.timeout(listMs) });
  return models && { provider: kind.kind, label: kind.label, baseUrl, models };
}

async function listens({ hostname, port }: URL, probeMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), probeMs);
  const socket = { open: () => resolve(true), data: () => {}, error: () => resolve(false) };
  const connected = Bun.connect({ hostname, port: Number(port), socket }).catch(() => resolve(false));
  const answer = await promise;
  clearTimeout(timer);
  void connected.then((connection) => connection?.end());
  return answer;
}
