/** What the page asks of the server over HTTP, by path: the shapes of the answers, as types for both ends. Browser-safe. */
import type { Effort, ModelInfo } from "../agent/model.ts";
import type { LocalNews } from "./protocol.ts";

/** A provider as the picker shows it. */
export interface ProviderRow {
  readonly name: string;
  readonly local: boolean;
  readonly usable: boolean;
  /** What has to be set to use it; absent where it can be used. */
  readonly missing?: string;
  readonly models: readonly ModelRow[];
}

export interface ModelRow {
  readonly id: string;
  /** Other names for it: families, roles and window tags. */
  readonly tags: readonly string[];
  readonly windowTokens: number;
  readonly efforts: readonly Effort[];
  readonly thinking: ModelInfo["budgetModes"];
  readonly images: boolean;
  /** USD for a million tokens; absent where it is not known or nothing is paid. */
  readonly price?: { readonly input: number; readonly output: number; readonly cacheRead: number };
}

/** Weights that can be had, and those that are here. */
export interface LocalModelRow {
  readonly name: string;
  readonly sizeBytes: number;
  /** Where the weights are; null where they would have to be fetched. */
  readonly path: string | null;
}

export interface LocalState {
  readonly models: readonly LocalModelRow[];
  readonly news: readonly LocalNews[];
  /** Of this process, in bytes. */
  readonly memoryBytes: number;
  readonly freeBytes: number;
}
