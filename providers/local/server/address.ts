/** Where a server of local models is and what it wants to be shown, by the environment. */
import { type Env, findKey, vendorOf } from "../../auth.ts";
import type { KindOfServer } from "./kinds.ts";

/** Up to its `/v1`. */
export function serverAddress({ kind, baseUrl }: KindOfServer, env: Env): string {
  return env[vendorOf(kind).baseUrlVar]?.trim() || baseUrl;
}

export function serverKey({ kind }: KindOfServer, env: Env): string | undefined {
  return findKey(vendorOf(kind), env);
}
