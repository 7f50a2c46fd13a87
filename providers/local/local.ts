/** The provider `local`: models on this machine, in a child process so that a crash of native code ends one call at most. */
import type { Provider } from "../../agent/model.ts";
import type { Env } from "../auth.ts";
import type { LocalOptions } from "./llama.ts";

export interface LocalProviderOptions extends LocalOptions {
  /** `false` runs the models in this process, as `SAGENT_LOCAL_IN_PROCESS=1` does. */
  readonly isolate?: boolean;
}

export async function createLocalProvider(options: LocalProviderOptions, env: Env): Promise<Provider> {
  const { isolate = env.SAGENT_LOCAL_IN_PROCESS !== "1", ...rest } = options;
  if (isolate) return (await import("./host/isolated.ts")).createIsolated({ ...rest, env });
  return (await import("./engines.ts")).createEngines(rest);
}
