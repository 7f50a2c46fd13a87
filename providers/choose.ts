/** Which provider a name means, where nobody said. A name that several serve is never given to one of them in silence. */
import { ModelNotFoundError, UsageError } from "../agent/error.ts";
import type { Book } from "./book.ts";
import { isLocalName } from "./catalog.ts";
import { cliVendor } from "./cli/vendors.ts";

export interface Choice {
  readonly book: Book;
  /** The providers that can be used here, best first. */
  readonly usable: readonly string[];
  /** Any provider where absent. */
  readonly allowed?: readonly string[] | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The provider in use, where there is one. */
  readonly current?: string | undefined;
}

/** Providers that are no vendor's: models in this process, and in the page of the workspace. */
const own = ["local", "browser"];

/**
 * The provider that was named; `openai-compat` for a bare base URL; else what the model's name means: `local` for weights, the
 * current provider where it serves the name, the only one that does, and of several that have such a role the first
 * usable one. A name that nobody lists goes to the one usable provider that takes any name. Without a model it is the
 * current provider, or the first usable one. Throws `UsageError` for an unknown provider and for a name that several serve,
 * `ModelNotFoundError` for one that nobody does.
 */
export function choose(choice: Choice): string {
  const { book, provider, model, baseUrl } = choice;
  if (provider !== undefined)
    return own.find((name) => name === provider.toLowerCase()) ?? book.provider(provider).name;
  if (baseUrl !== undefined) return "openai-compat";
  const usable = choice.usable.filter((name) => choice.allowed?.includes(name) ?? true);
  const otherwise = choice.current ?? usable[0] ?? choice.allowed?.[0] ?? "local";
  if (model === undefined) return otherwise;
  if (isLocalName(model)) return "local";
  if (choice.current !== undefined && cliVendor(choice.current) && knows(book, choice.current, model))
    return choice.current;
  const serving = servers(model, choice);
  const [only] = serving.filter((name) => name === choice.current || serving.length === 1);
  if (only !== undefined) return only;
  if (serving.length === 0) return openOne(model, choice.current, usable, book);
  if (book.isRole(model)) return usable.find((name) => serving.includes(name)) ?? otherwise;
  throw severalServe(model, serving);
}

/** Those allowed, where any of them serves it: else all, so that what is not allowed is named as such. */
function servers(model: string, { book, allowed }: Choice): readonly string[] {
  const all = book.providers.map(({ name }) => name).filter((name) => knows(book, name, model));
  const permitted = all.filter((name) => allowed?.includes(name) ?? true);
  return permitted.length > 0 ? permitted : all;
}

/** A window that the model does not offer is said when the model is built. */
function knows(book: Book, provider: string, model: string): boolean {
  const base = model.trim().split("+", 1)[0] ?? "";
  return (book.find(provider, base) ?? book.find(provider, model)) !== undefined;
}

function openOne(model: string, current: string | undefined, usable: readonly string[], book: Book): string {
  const isOpen = (name: string) => name !== "local" && book.provider(name).open;
  if (current !== undefined && (current === "local" || isOpen(current))) return current;
  const [only, ...more] = usable.filter(isOpen);
  if (only === undefined) throw new ModelNotFoundError({ model, hint: nearest(model, book) });
  if (more.length === 0) return only;
  throw new UsageError(
    `No provider lists a model "${model}", and several take any name: ${usable.filter(isOpen).join(", ")}.`,
    {
      hint: "Say which with --provider.",
    },
  );
}

function severalServe(model: string, serving: readonly string[]): UsageError {
  return new UsageError(`Several providers serve "${model}": ${serving.join(", ")}.`, {
    hint: `Say which, for example with --provider ${serving[0]}.`,
  });
}

/** What to do about a name that means nothing: the names that are like it, where there are any. */
function nearest(model: string, book: Book): string {
  const word = /[a-z]{2,}/.exec(model.toLowerCase())?.[0] ?? "";
  const near = book.providers.flatMap(({ name }) =>
    book
      .list(name)
      .filter(({ info }) => word !== "" && `${info.id} ${info.wireId}`.toLowerCase().includes(word))
      .map(({ info }) => `${info.id} (${name})`),
  );
  const named = near.length > 0 ? `Like it: ${near.slice(0, 6).join(", ")}. ` : "";
  return `${named}"sagent models" lists what there is; for one that is not listed, say --provider too.`;
}
