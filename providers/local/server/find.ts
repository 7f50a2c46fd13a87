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
  const baseUrl = serverAddress(kind, env);
  await fetch(new URL("/", baseUrl), { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(probeMs) });
  const models = await kind.list({ baseUrl, apiKey: serverKey(kind, env), signal: AbortSignal.timeout(listMs) });
  return models && { provider: kind.kind, label: kind.label, baseUrl, models };
}
