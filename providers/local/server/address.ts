/** Where a server of local models is and what it wants to be shown, by the environment. */
import { type Env, findKey, vendorOf } from "../../auth.ts";
import type { KindOfServer } from "./kinds.ts";

/** Up to its `/v1`; undefined where nobody says, which means its usual port. */
export function serverAddress({ kind }: KindOfServer, env: Env): string | undefined {
  return env[vendorOf(kind).baseUrlVar]?.trim() || undefined;
}

export function serverKey({ kind }: KindOfServer, env: Env): string | undefined {
  return findKey(vendorOf(kind), env);
}
