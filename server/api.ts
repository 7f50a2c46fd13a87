/** What the page asks of the server over HTTP, by path: the shapes of the answers, as types for both ends. Browser-safe. */
import type { Effort } from "../agent/model.ts";
import type { LocalNews } from "./protocol.ts";
import type { ThinkingMode } from "./slash-command.ts";

/** A provider as the picker shows it. */
export interface ProviderRow {
  readonly name: string;
  readonly local: boolean;
  readonly usable: boolean;
  /** What has to be set to use it; absent where it can be used. */
  readonly missing?: string;
  /** A new session begins with this model of it, unless told otherwise; at most one provider has it. */
  readonly first?: string;
  /** It serves what it serves: any name may be tried. */
  readonly anyName: boolean;
  /** Why its models could not be asked for. */
  readonly problem?: string;
  readonly models: readonly ModelRow[];
}

export interface ModelRow {
  readonly id: string;
  /** What messages and cards call it. */
  readonly wireId: string;
  /** Other names for it: families, roles. */
  readonly aliases: readonly string[];
  /** Window tags that its id may carry. */
  readonly tags: readonly string[];
  /** 0 where it is not known. */
  readonly windowTokens: number;
  readonly efforts: readonly Effort[];
  /** The ways of thinking that can be chosen; empty where there is one at most. */
  readonly thinking: readonly ThinkingMode[];
  readonly images: boolean;
  /** USD for a million tokens; absent where it is not known or nothing is paid. */
  readonly price?: { readonly input: number; readonly output: number; readonly cacheRead: number };
  /** Of local ones: the weights would have to be fetched. */
  readonly away?: boolean;
}

/** Weights that can be had, and those that are here. */
export interface LocalModelRow {
  readonly name: string;
  readonly sizeBytes: number;
  /** What it asks for when it runs, with its window; an estimate. */
  readonly memoryBytes: number;
  /** Where the weights are; null where they would have to be fetched. */
  readonly path: string | null;
  /** Where they go when they are fetched. */
  readonly place: string;
}

/** What is asked for once of an agent that is shown. */
export interface AgentFacts {
  /** Names of its tools; empty for an agent that is no more. */
  readonly tools: readonly string[];
  /** Absolute paths of the AGENTS.md files that it has read, in the order they apply. */
  readonly instructions: readonly string[];
}

export interface LocalState {
  readonly models: readonly LocalModelRow[];
  /** The best for tool calls of those that fit the memory. */
  readonly suggested: string;
  readonly news: readonly LocalNews[];
  /** Of this process, in bytes. */
  readonly memoryBytes: number;
  /** Of this machine. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** A command of the project, of a plug-in or of the person. */
export interface CommandRow {
  /** With its `/`. */
  readonly name: `/${string}`;
  readonly description: string;
  /** What its author says of the words behind it; empty where nothing. */
  readonly usage: string;
  readonly from: "project" | "yours" | "server";
}
