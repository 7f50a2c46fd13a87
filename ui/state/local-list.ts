/** The local models and what is becoming of them: the server's list and the news since, as rows. */
import type { LocalModelRow, LocalState } from "../../server/api.ts";
import type { LocalNews } from "../../server/protocol.ts";

export interface LocalRow {
  readonly name: string;
  /** What the server knows of it; undefined for one that only a reference names. */
  readonly model: LocalModelRow | undefined;
  readonly news: LocalNews | undefined;
  readonly isHere: boolean;
  /** It asks for no more memory than is free; undefined where that is not known. */
  readonly fits: boolean | undefined;
}

/** What the person named comes first. */
export function localRows(state: LocalState, live: ReadonlyMap<string, LocalNews>): readonly LocalRow[] {
  const told = new Map([...state.news.map((news) => [news.name, news] as const), ...live]);
  const known = state.models.map((model) => rowOf(model.name, model, told.get(model.name), state.freeBytes));
  const names = new Set(state.models.map(({ name }) => name));
  const others = [...told.values()].filter(({ name }) => !names.has(name));
  return [...others.map((news) => rowOf(news.name, undefined, news, state.freeBytes)), ...known];
}

const here: ReadonlySet<LocalNews["state"]> = new Set<LocalNews["state"]>(["ready", "loading", "loaded"]);

function rowOf(
  name: string,
  model: LocalModelRow | undefined,
  news: LocalNews | undefined,
  freeBytes: number,
): LocalRow {
  const isLoaded = news?.state === "loaded";
  const fits = model && (isLoaded || model.memoryBytes <= freeBytes);
  return {
    name,
    model,
    news,
    fits,
    isHere: (model && model.path !== null) || (news !== undefined && here.has(news.state)),
  };
}

/** How much of a download has come, from 0; undefined where its size is not known. */
export function pulledShare({ receivedBytes, totalBytes }: LocalNews): number | undefined {
  return totalBytes > 0 ? Math.min(1, receivedBytes / totalBytes) : undefined;
}

/** What a person typed as a model: weights on this machine, or a file of the hub; undefined for neither. */
export function referenceOf(text: string): { readonly type: "path" | "hub"; readonly name: string } | undefined {
  const name = text.trim();
  if (/^hf:[\w.-]+\/[\w.-]+\/(?:[\w.-]+\/)*[\w.-]+\.gguf$/i.test(name)) return { type: "hub", name };
  return !name.startsWith("hf:") && /\.gguf$/i.test(name) ? { type: "path", name } : undefined;
}
