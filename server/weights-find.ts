/** From what a person typed to weights that are here. */
import { resolve } from "node:path";
import { LocalModelError, ModelNotFoundError } from "../agent/error.ts";
import { knownModels } from "../providers/local/models.ts";
import { pullWeights } from "../providers/local/pull-weights.ts";
import { findRef } from "../providers/local/ref.ts";
import { findShelved, readShelf, type Shelved, weightsAt } from "../providers/local/shelf.ts";
import { nearNames } from "../tools/near.ts";

/**
 * The whole weights that a name means, those of a path outside the cache too; none where they would have to be fetched. Throws
 * `LocalModelError` for a path that leads to none, and `ModelNotFoundError` for a name that is none.
 */
export async function weightsHere(name: string): Promise<Shelved[]> {
  const found = (await findShelved(name, await readShelf())).filter(({ state }) => state === "here");
  if (found.length > 0) return found;
  const ref = name === "default" ? undefined : await findRef(name);
  if (name !== "default" && ref === undefined) throw await unknownName(name);
  if (ref !== undefined && ref.weights.type !== "path") return [];
  const path =
    ref?.weights.type === "path" ? resolve(ref.weights.path) : await pullWeights(undefined, { offline: true });
  const there = await weightsAt(path);
  if (there) return [there];
  throw new LocalModelError(`There is no model at ${path}.`, {
    hint: "Give the path of a .gguf file, or of a folder with config.json, tokenizer.json and onnx/model*.onnx.",
  });
}

/** Throws `ModelNotFoundError`, with what is close, for a name that is no reference to a local model, and `UsageError` for one that is wrong. */
export async function checkName(name: string): Promise<void> {
  if (name !== "default" && (await findRef(name)) === undefined) throw await unknownName(name);
}

/** What nobody knows, with what is close to it. */
export async function unknownName(name: string): Promise<ModelNotFoundError> {
  if (/^[\w.-]+\/[\w.-]+$/.test(name)) {
    return new ModelNotFoundError({ model: name, hint: `A repository of the hub is written hf:${name}.` });
  }
  const names = [...knownModels.map(({ id }) => id), ...(await readShelf()).map((each) => each.name)];
  const near = nearNames(name, [...new Set(names)]);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(" or ")}?`
      : "sagent model list shows those that are here, sagent model search WORDS those of the hub.";
  return new ModelNotFoundError({ model: name, hint });
}
