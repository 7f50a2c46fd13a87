/**
 * The providers `ollama`, `lmstudio`, `vllm` and `llamacpp`: servers on this machine that speak OpenAI's chat completions. What
 * they serve, and with which window, they say themselves. `llamacpp` is also started by us where no address is given.
 */
import { ModelNotFoundError } from "../../../agent/error.ts";
import type { ModelInfo, Provider } from "../../../agent/model.ts";
import { infoOf, type ServedModel, type ServerKind, serverKind } from "./kinds.ts";
import { launchedProvider } from "./launched.ts";
import type { ManagedOptions } from "./managed.ts";
import { ask, type WireOptions, wireTo } from "./wire.ts";

export interface ServerProviderOptions extends WireOptions, ManagedOptions {
  readonly kind: ServerKind;
  /** Where it is; where absent, `llamacpp` is started and any other is on its usual port. */
  readonly baseUrl?: string | undefined;
  /** What the catalogue or a person's file has under a name. */
  readonly listed: (id: string) => ModelInfo | undefined;
  /** What a name means where the server does not say what it serves. */
  readonly resolve: (id?: string) => ModelInfo;
}

export function createServerProvider(options: ServerProviderOptions): Provider {
  const { kind } = options;
  const baseUrl = options.baseUrl ?? (kind === "llamacpp" ? undefined : serverKind(kind).baseUrl);
  return baseUrl === undefined ? launchedProvider(options) : attachedProvider(options, baseUrl);
}

/** A server that somebody else runs. */
function attachedProvider(options: ServerProviderOptions, baseUrl: string): Provider {
  const { kind, apiKey } = options;
  const wire = wireTo(options, { baseUrl, apiKey });
  return {
    name: kind,
    async model(id) {
      const served = await ask(kind, { baseUrl, apiKey });
      return wire.model(served ? choose(served, id, options) : options.resolve(id));
    },
    close: wire.close,
    [Symbol.asyncDispose]: wire.close,
  };
}

/** Throws `ModelNotFoundError` with what the server has. */
function choose(served: readonly ServedModel[], id: string | undefined, options: ServerProviderOptions): ModelInfo {
  const { kind, custom, listed } = options;
  const isDefault = id === undefined || id === "default";
  const named = isDefault ? undefined : listed(id);
  if (named && served.some((each) => each.id === named.wireId)) return named;
  // Ollama's names may be said without their tag.
  const found = isDefault ? served[0] : served.find((each) => each.id === id || each.id === `${id}:latest`);
  if (found) return infoOf(kind, found, custom);
  throw new ModelNotFoundError({ model: id ?? "default", provider: kind, known: served.map((each) => each.id) });
}
