/**
 * What this process and the child that runs the models say to each other: JSON over the channel that comes with the child,
 * which the system closes when either of them is gone, however it went.
 */
import type { Chunk, ModelInfo, ModelRequest } from "../../../agent/model.ts";
import type { LocalOptions, WeightsLoad } from "../llama.ts";
import type { PullProgress } from "../pull.ts";
import type { ErrorData } from "./error-data.ts";
import type { TokenRates } from "./rates.ts";

/** What of the options can cross; the rest stays here and is told. */
export type HostOptions = Omit<LocalOptions, "onLoad" | "onProgress" | "signal">;

export type ToHost =
  | { readonly type: "start"; readonly options: HostOptions }
  | { readonly type: "open"; readonly model: number; readonly name?: string }
  | { readonly type: "stream"; readonly call: number; readonly model: number; readonly request: ModelRequest }
  /** So many more chunks of the call were taken. */
  | { readonly type: "taken"; readonly call: number; readonly count: number }
  | { readonly type: "abort"; readonly call: number }
  | { readonly type: "close"; readonly model: number }
  /** What is being fetched or loaded need not come. */
  | { readonly type: "cancel" }
  /** Close everything and end. */
  | { readonly type: "end" };

export type FromHost =
  | { readonly type: "opened"; readonly model: number; readonly facts: ModelFacts }
  | { readonly type: "refused"; readonly model: number; readonly error: ErrorData }
  | { readonly type: "closed"; readonly model: number }
  | { readonly type: "chunk"; readonly call: number; readonly chunk: Exclude<Chunk, { type: "error" }> }
  | { readonly type: "failed"; readonly call: number; readonly error: ErrorData; readonly rest: FailureRest }
  | { readonly type: "load"; readonly load: Omit<WeightsLoad, "error">; readonly error?: ErrorData }
  | { readonly type: "progress"; readonly progress: PullProgress };

export interface ModelFacts {
  readonly info: ModelInfo;
  readonly rates: TokenRates;
  /** Tokens of an image; 0 where it takes none. */
  readonly imageTokens: number;
}

/** An error chunk without its error. */
export type FailureRest = Omit<Extract<Chunk, { type: "error" }>, "type" | "error">;

/** Chunks of a call that may be on their way; a reader who is slow holds the model up, not the memory. */
export const mostAhead = 64;
/** How many chunks are told as taken at once. */
export const takenAtOnce = mostAhead / 4;
