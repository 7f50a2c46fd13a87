/** Where in the cache the files of a model lie. A name there says where its file came from, so that none hides another. */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { cacheDir, cachePath, type HubFile, knownAt } from "./models.ts";
import { type LocalRef, readRef } from "./ref.ts";

/** Short name for what is noted of the weights at a path. */
export function keyOf(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 24);
}

export type HubRepo = Omit<HubFile, "file">;

/** The hub allows this in no name of its own. */
const slash = "--";
const flat = (path: string) => path.replaceAll("/", slash);

/** How the names of all GGUF files of a repository begin. */
export function repoPrefix({ repo, revision }: HubRepo): string {
  return flat(`${repo}${revision === undefined ? "" : `@${revision}`}/`);
}

export function hubPlace(hub: HubFile): string {
  return join(cacheDir(), `${repoPrefix(hub)}${flat(hub.file)}`);
}

export function urlPlace({ host, pathname }: URL): string {
  return join(cacheDir(), flat(`${host.replace(":", "-")}${pathname}`));
}

/** The folder of an ONNX model. */
export function onnxPlace(hub: HubRepo): string {
  return join(cacheDir(), "onnx", repoPrefix(hub).slice(0, -slash.length));
}

/** A reference that leads to what lies at a path: a known name or one of the hub where it is in the cache as that, else the path. */
export function nameAt(path: string): string {
  const known = knownAt(path);
  if (known) return known.id;
  const inside = relative(cacheDir(), path);
  const isOnnx = inside.startsWith("onnx/");
  const named = isOnnx ? onnxName(inside.slice("onnx/".length)) : ggufName(inside);
  const ref = named === undefined ? undefined : readRef(named);
  return named !== undefined && ref && placeOf(ref) === path ? named : `${isOnnx ? "onnx:" : ""}${path}`;
}

function onnxName(folder: string): string {
  const [user, ...rest] = folder.split(slash);
  return `onnx:hf:${user}/${rest.join("/").replace("@", "#")}`;
}

/** A user of the hub has no dot in the name; a host that a file was fetched from has. */
function ggufName(file: string): string | undefined {
  const [user = "", repo = "", ...path] = file.split(slash);
  if (user.includes(".")) return undefined;
  const [name, revision] = repo.split("@");
  return `hf:${user}/${name}/${path.join("/")}${revision === undefined ? "" : `#${revision}`}`;
}

/** Where the weights of a reference are kept; undefined where it does not say which of several they are. */
export function placeOf({ engine, weights }: LocalRef): string | undefined {
  switch (weights.type) {
    case "path":
      return undefined;
    case "known":
      return cachePath(weights.model);
    case "url":
      return urlPlace(new URL(weights.url));
    case "hub":
      if (engine === "onnx") return onnxPlace(weights);
      return weights.file === undefined ? undefined : hubPlace({ ...weights, file: weights.file });
  }
}
