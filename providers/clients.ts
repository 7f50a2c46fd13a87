/** Clients of the vendors' SDKs: those that a library brings along for other clouds, and how one is kept. */
import type { OpenAI } from "openai";
import type { MessagesClient } from "./anthropic.ts";
import type { GeminiClient } from "./gemini.ts";

/** By wire; each is made once, by the first call. Keys and addresses are the client's own matter. */
export interface Clients {
  /** E.g. an `AnthropicVertex`. Its answers must be server-sent events. */
  readonly messages?: () => Promise<MessagesClient>;
  /** E.g. an `AzureOpenAI`. */
  readonly responses?: () => Promise<OpenAI>;
  readonly chat?: () => Promise<OpenAI>;
  /** E.g. a `GoogleGenAI` with `vertexai`, a project and a location. */
  readonly gemini?: () => Promise<GeminiClient>;
}

export interface Kept<Client> {
  /** The same client for all; where it could not be made, the next one asks anew. */
  get(): Promise<Client>;
  forget(): void;
}

/** Keeps the one client of a provider from the first call on. */
export function keepClient<Client>(make: () => Promise<Client>): Kept<Client> {
  let client: Promise<Client> | undefined;
  const forget = () => {
    client = undefined;
  };
  return {
    get() {
      if (client) return client;
      const made = make();
      client = made;
      made.catch(() => {
        if (client === made) forget();
      });
      return made;
    },
    forget,
  };
}
