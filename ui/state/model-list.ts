/** The models to choose from: asked of the server, searched and grouped here. */
import { createSignal } from "solid-js";
import type { Origin } from "../../agent/message.ts";
import type { ModelRow, ProviderRow } from "../../server/api.ts";
import { getJson } from "./api.ts";
import { toastError } from "./shell.ts";

const [providers, setProviders] = createSignal<readonly ProviderRow[]>();

/** Undefined until they have been asked for. */
export { providers };

/** Asks again; what was known stays until the answer is there. */
export async function loadProviders(): Promise<void> {
  try {
    setProviders(await getJson<readonly ProviderRow[]>("/api/models"));
  } catch (error) {
    toastError(error);
  }
}

export interface ModelEntry {
  readonly provider: ProviderRow;
  /** What is asked for: an id, its window tag behind it, or any name where the provider takes one. */
  readonly name: string;
  /** Undefined for a name that only the person knows. */
  readonly model: ModelRow | undefined;
  /** Why it cannot be used as it is. */
  readonly missing: string | undefined;
}

export interface ModelGroup {
  readonly provider: ProviderRow;
  readonly entries: readonly ModelEntry[];
}

/** The models that fit all words of a search, those that can be used first. `+200k` in it asks for that window. */
export function modelGroups(rows: readonly ProviderRow[], search: string): readonly ModelGroup[] {
  const text = search.trim();
  const [base = "", tag] = text.toLowerCase().split("+");
  const words = base.split(/\s+/).filter(Boolean);
  const groups = rows.map((provider) => ({
    provider,
    entries: [
      ...provider.models
        .filter((model) => fits(provider, model, words) && (tag === undefined || model.tags.includes(`+${tag}`)))
        .map((model) => entryOf(provider, model, tag)),
      ...anyName(provider, text),
    ],
  }));
  const order = ({ provider }: ModelGroup) => (provider.usable ? 0 : 1);
  return groups
    .filter(({ entries, provider }) => entries.length > 0 || (text === "" && provider.anyName))
    .toSorted((a, b) => order(a) - order(b));
}

function fits(provider: ProviderRow, model: ModelRow, words: readonly string[]): boolean {
  const place = provider.local ? "local" : "cloud";
  const text = [provider.name, model.id, model.wireId, ...model.aliases, place].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function entryOf(provider: ProviderRow, model: ModelRow, tag: string | undefined): ModelEntry {
  const missing =
    provider.missing ?? (model.away ? "Its weights are not on this machine; fetch them first." : undefined);
  return { provider, model, missing, name: tag === undefined ? model.id : `${model.id}+${tag}` };
}

/** A provider that takes any name is offered the one that was typed. */
function anyName(provider: ProviderRow, text: string): ModelEntry[] {
  const isName = /^\S+$/.test(text) && provider.models.every(({ id }) => id !== text);
  if (!provider.anyName || !provider.usable || !isName || !takes(provider, text)) return [];
  return [{ provider, name: text, model: undefined, missing: undefined }];
}

/** Whether a name may be one of its models: weights run on this machine, and in the page only ONNX. */
function takes({ name, local }: ProviderRow, text: string): boolean {
  const isOnnx = /^onnx:/i.test(text);
  const isGguf = !isOnnx && /\.gguf$/i.test(text);
  if (name === "browser") return isOnnx;
  return local === (isGguf || isOnnx);
}

/** What is known of the model that an agent has. */
export function modelOf(rows: readonly ProviderRow[] | undefined, origin: Origin | null | undefined) {
  const provider = rows?.find(({ name }) => name === origin?.provider);
  return provider?.models.find(({ wireId, id }) => wireId === origin?.model || id === origin?.model);
}

/** What a new session begins with where the person chose nothing; undefined where nothing is ready or not yet known. */
export function firstModel(rows: readonly ProviderRow[] | undefined): Origin | undefined {
  const provider = rows?.find(({ first }) => first !== undefined);
  return provider?.first === undefined ? undefined : { provider: provider.name, model: provider.first };
}

export function isCurrent({ provider, model, name }: ModelEntry, origin: Origin | null | undefined): boolean {
  return provider.name === origin?.provider && (origin.model === model?.wireId || origin.model === name);
}

/** A model's name as it is shown: of a path the file, of a hub's file its name. */
export function shownModel(name: string): string {
  return name.split("/").at(-1) ?? name;
}
