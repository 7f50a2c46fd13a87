/** What every vendor's program looks like to a conversation, whatever interface it speaks. */
import type { StopReason, Usage } from "../../agent/message.ts";
import type { ModelInfo, ModelRequest, UsageWindow } from "../../agent/model.ts";
import type { ProviderError } from "../../agent/provider-error.ts";
import type { Env } from "../auth.ts";
import type { Queue } from "./queue.ts";
import type { CliVendor } from "./vendors.ts";
import type { Block, Words } from "./words.ts";

/** What the program is told in the place of a call's result. */
export interface CallAnswer {
  readonly blocks: readonly Block[];
  readonly isError: boolean;
}

/**
 * News of a program. Keys name parts and calls, each its own. `callBegun` and `callArgs` come where the program shows a
 * call while it is being written; `call` always does, when it is whole.
 */
export type LinkEvent =
  | { readonly type: "text"; readonly key: string; readonly text: string }
  | { readonly type: "thinking"; readonly key: string; readonly text: string }
  | { readonly type: "callBegun"; readonly key: string; readonly name: string }
  | { readonly type: "callArgs"; readonly key: string; readonly text: string }
  | { readonly type: "call"; readonly key: string; readonly name: string; readonly args: string }
  /** The meters of one request that the program made to its model. */
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "limits"; readonly windows: readonly UsageWindow[] }
  /** No further call comes before those that were made have their results. */
  | { readonly type: "roundEnded" }
  /** All that was said is answered. */
  | { readonly type: "turnEnded"; readonly stop: StopReason }
  /** The program is of no more use. */
  | { readonly type: "failed"; readonly error: ProviderError }
  /** A sign of life. */
  | { readonly type: "alive" };

/** One running program and the conversation that it holds. Disposing it ends the program and what it started. */
export interface Link extends AsyncDisposable {
  readonly pid: number;
  readonly events: Queue<LinkEvent>;
  /** How long further calls of a round are waited for; absent where the program says when it has made them all. */
  readonly gatherMs?: number;
  /** Resolves when it is logged in, knows the tools and can be talked to; rejects with `ProviderError`. */
  readonly ready: Promise<void>;
  /** Begins a turn; while one runs, adds to it in the way that the program documents. */
  say(words: Words): void;
  /** Gives a call its result. Tells whether the program still waits for it. */
  answer(key: string, answer: CallAnswer): boolean;
  /** Asks it to stop what it does, as it documents. */
  interrupt(): void;
}

/** What a program is started for. A change of any of it needs another program. */
export type LinkWish = Pick<ModelRequest, "system" | "tools" | "settings" | "maxOutputTokens">;

/** What every program of one model is started with. */
export interface LinkOptions {
  readonly vendor: CliVendor;
  /** The program and the words before our own. */
  readonly command: readonly string[];
  /** The user's environment; the program gets less of it. */
  readonly env: Env;
  readonly info: ModelInfo;
  /** Where it runs. */
  readonly cwd: string;
}

export type StartLink = (options: LinkOptions, wish: LinkWish) => Promise<Link>;
