/** What the Hugging Face hub has: models by words, and the files of one. */
import { z } from "zod";
import { LocalModelError, messageOf, type SagentError } from "../../agent/error.ts";
import { askHub, hubUrl, Refusal, repoPath } from "./hub.ts";
import type { HubRepo } from "./places.ts";
import type { Engine } from "./ref.ts";

export interface HubModel {
  readonly repo: string;
  readonly downloads: number;
  readonly likes: number;
  /** ISO date and time. */
  readonly updatedAt: string;
  /** As the hub names it, `apache-2.0`; empty where it is not told. */
  readonly license: string;
  /** Its owner lets people in by name: an account and a token are needed. */
  readonly gated: boolean;
}

const found = z.object({
  id: z.string(),
  downloads: z.number().default(0),
  likes: z.number().default(0),
  lastModified: z.string().default(""),
  gated: z.union([z.boolean(), z.string()]).default(false),
  tags: z.array(z.string()).default([]),
});

export interface Search {
  readonly words: readonly string[];
  readonly engine: Engine;
  readonly limit: number;
}

/** Most downloaded first. Throws `LocalModelError` where the hub cannot be asked. */
export async function searchHub({ words, engine, limit }: Search): Promise<HubModel[]> {
  const query = new URLSearchParams({
    search: words.join(" "),
    filter: engine === "llama" ? "gguf" : "onnx",
    sort: "downloads",
    direction: "-1",
    limit: String(limit),
  });
  // Without being asked for by name, some of these do not come.
  for (const field of ["downloads", "likes", "lastModified", "gated", "tags"]) query.append("expand[]", field);
  try {
    const models = await askHub(`api/models?${query}`, z.array(found), undefined);
    return models.map(modelOf);
  } catch (cause) {
    throw unreachable("could not be searched", cause);
  }
}

function modelOf({ id, downloads, likes, lastModified, gated, tags }: z.infer<typeof found>): HubModel {
  const license = tags.find((tag) => tag.startsWith("license:"))?.slice("license:".length) ?? "";
  return { repo: id, downloads, likes, updatedAt: lastModified, license, gated: gated !== false };
}

export interface RepoFile {
  readonly file: string;
  readonly sizeBytes: number | undefined;
  readonly sha256: string | undefined;
}

export interface Repo extends HubModel {
  readonly files: readonly RepoFile[];
}

const repoShape = found.extend({
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().optional(),
      lfs: z.object({ sha256: z.string() }).nullish(),
    }),
  ),
});

/** Throws `LocalModelError` where the hub cannot be asked or has no such repository. */
export async function readRepo(hub: HubRepo): Promise<Repo> {
  try {
    const read = await askHub(`${repoPath(hub)}?blobs=true`, repoShape, undefined);
    const files = read.siblings.map(({ rfilename, size, lfs }) => ({
      file: rfilename,
      sizeBytes: size,
      sha256: lfs?.sha256,
    }));
    return { ...modelOf(read), files };
  } catch (cause) {
    if (cause instanceof Refusal && [401, 404].includes(cause.status)) throw noRepo(hub);
    throw unreachable("could not be asked", cause);
  }
}

function noRepo({ repo, revision }: HubRepo): SagentError {
  const which = revision === undefined ? repo : `${repo} at ${revision}`;
  return new LocalModelError(`The hub has no repository ${which}, or not for everybody.`, {
    hint: `Look for it: sagent model search ${repo.split("/").at(-1)}. Where it is gated, set HF_TOKEN to a token that may read it.`,
  });
}

function unreachable(what: string, cause: unknown): SagentError {
  const why = messageOf(cause);
  return new LocalModelError(`The hub at ${hubUrl("").origin} ${what}: ${why}`, {
    hint: "Check the network, or set HF_ENDPOINT to a mirror. sagent model list shows what is here without one.",
    cause,
  });
}
