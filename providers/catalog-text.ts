/** What agents are told of the providers and models they may change to. */
import type { Book } from "./book.ts";
import { basePrice } from "./catalog.ts";
import { cliVendor, isInstalled } from "./cli/vendors.ts";
import { providerNames, usableProviders } from "./registry.ts";

export interface Offer {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly book: Book;
  /** All where absent. */
  readonly allowed?: readonly string[] | undefined;
}

/** A line a provider, or a line a model of one. Only what is allowed. Throws `UsageError` for an unknown provider. */
export function catalogText({ env, book, allowed }: Offer, kind: "providers" | "models", provider: string): string {
  if (kind === "providers") {
    const usable = new Set(usableProviders(env, book));
    const state = (name: string) => {
      const program = cliVendor(name);
      if (program) return isInstalled(program, env) ? "ready, if it is logged in" : "its program is not installed";
      return usable.has(name) ? "ready" : "no key or address is set";
    };
    return providerNames(book)
      .filter((name) => allowed?.includes(name) ?? true)
      .map((name) => `${name}: ${state(name)}`)
      .join("\n");
  }
  if (allowed && !allowed.includes(provider.toLowerCase())) {
    return `${provider} is not allowed here. Allowed: ${allowed.join(", ")}.`;
  }
  const models = provider.toLowerCase() === "local" ? [] : book.list(provider);
  if (models.length === 0) return `${provider} takes any model it can reach; none is listed.`;
  return models
    .map(({ info, tags }) => {
      const price = basePrice(info.prices, Date.now());
      const cost = price ? `, $${price.input} in and $${price.output} out for a million tokens` : "";
      const efforts = info.efforts.length > 1 ? `, effort ${info.efforts.join("|")}` : "";
      return `${[info.id, ...tags.map((tag) => info.id + tag)].join(", ")}: window ${info.maxRequestTokens}${cost}${efforts}`;
    })
    .join("\n");
}
