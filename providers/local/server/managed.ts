/** The llama-servers of one provider: one for each file of weights, shared by all models of it, started anew when it is gone. */
import { ConfigError } from "../../../agent/error.ts";
import type { Env } from "../../auth.ts";
import type { LocalOptions } from "../llama.ts";
import { pullModel } from "../pull.ts";
import { type LaunchedServer, launchServer } from "./launch.ts";
import { findProgram } from "./program.ts";
import { launchSettings } from "./settings.ts";

export interface ManagedOptions {
  readonly env: Env;
  /** What a server wants to be shown; made up where absent. */
  readonly apiKey?: string | undefined;
  /** Who is told of weights that are fetched and loaded. */
  readonly local: Pick<LocalOptions, "onLoad" | "onProgress" | "offline" | "signal">;
}

export class ManagedServers {
  readonly #options: ManagedOptions;
  readonly #servers = new Map<string, Promise<LaunchedServer>>();

  constructor(options: ManagedOptions) {
    this.#options = options;
  }

  /** What weights are meant. Throws `ConfigError` where nobody says. */
  nameOf(name: string | undefined): string {
    const wanted = name ?? launchSettings(this.#options.env).model;
    if (wanted !== undefined) return wanted;
    throw new ConfigError("The llama.cpp server needs weights or an address.", {
      hint: "Set LLAMA_CPP_MODEL or pass --model, with the path of a .gguf file; or LLAMA_CPP_BASE_URL to a server that runs.",
    });
  }

  /** A server that serves these weights and lives. `name` is any that weights are fetched by. */
  async server(name: string): Promise<LaunchedServer> {
    const known = this.#servers.get(name);
    if (known && (await known).running()) return known;
    const other = this.#servers.get(name);
    // Whoever found it gone first has started another.
    if (other && other !== known) return other;
    const launched = this.#launch(name);
    this.#servers.set(name, launched);
    launched.catch(() => this.#servers.delete(name));
    return launched;
  }

  async close(): Promise<void> {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.allSettled(servers.map(async (server) => (await server).close()));
  }

  async #launch(name: string): Promise<LaunchedServer> {
    const { env, apiKey, local } = this.#options;
    const { program, args } = launchSettings(env);
    const found = await findProgram(program, env);
    const weights = await pullModel(name, local);
    local.onLoad?.({ name, state: "loading", memoryBytes: 0 });
    try {
      const launched = await launchServer({ program: found, weights, args, apiKey, env, signal: local.signal });
      local.onLoad?.({ name, state: "loaded", memoryBytes: Bun.file(weights).size });
      return launched;
    } catch (error) {
      local.onLoad?.({ name, state: "failed", memoryBytes: 0, error });
      throw error;
    }
  }
}
