/** Gets the files of an ONNX model onto the disk: a folder of a person's, or a repository of the Hugging Face hub. */
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AbortedError, LocalModelError, messageOf, SagentError, UsageError } from "../../../agent/error.ts";
import { isDiskFull, lockFile } from "../disk.ts";
import { downloadFromHub, listHubFiles } from "../hub.ts";
import { onnxPlace } from "../places.ts";
import type { PullOptions } from "../pull.ts";
import type { Weights } from "../ref.ts";
import type { Dtype } from "../ref-options.ts";
import { chooseType, suffixes, typesOf } from "./files.ts";

export interface OnnxPull extends PullOptions {
  /** Where absent, one that is here already, else the best for the device. */
  readonly dtype: Dtype | undefined;
  /** It is to run on a GPU. */
  readonly gpu: boolean;
}

type Hub = Extract<Weights, { type: "hub" }>;

/** The folder of a model, its files downloaded if need be. All who want the same share one download. Throws `LocalModelError` or `AbortedError`. */
export async function pullOnnx(where: Weights, options: OnnxPull): Promise<string> {
  switch (where.type) {
    case "path":
      return resolve(where.path);
    case "hub":
      return pullRepo(where, options);
    case "known":
    case "url":
      throw new UsageError("An ONNX model is a folder or a repository of the hub.", {
        hint: "Write onnx:PATH or onnx:hf:user/repo.",
      });
  }
}

async function pullRepo(hub: Hub, options: OnnxPull): Promise<string> {
  const { dtype, gpu, offline, signal } = options;
  const folder = onnxPlace(hub);
  const here = await typesHere(folder);
  if (dtype === undefined ? here.size : here.has(dtype)) return folder;
  const name = `hf:${hub.repo}`;
  if (offline) {
    throw new LocalModelError(`The model ${name} is not on this machine, and nothing may be downloaded.`, {
      hint: `Leave out the offline switch once, or put its files at ${folder}.`,
    });
  }
  try {
    const names = await listHubFiles(hub, signal);
    const type = chooseType(name, typesOf(inOnnx(names)), dtype, gpu);
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    await using lock = await lockFile(`${folder}.lock`, async () => (await typesHere(folder)).has(type), signal);
    if (lock) for (const file of filesOf(names, type)) await pullFile(hub, file, folder, options);
    return folder;
  } catch (cause) {
    if (signal?.aborted) throw new AbortedError();
    if (cause instanceof SagentError) throw cause;
    throw new LocalModelError(`The model ${name} could not be fetched: ${messageOf(cause)}`, {
      hint: isDiskFull(cause)
        ? "Free some space and pull it again, which goes on from what has come; XDG_CACHE_HOME moves the cache to another disk."
        : `Check the name and the network, set HF_ENDPOINT to a mirror, or put its files at ${folder}. What has come is kept.`,
      cause,
    });
  }
}

/** A model's own file comes last, so one that is here has all that it needs beside it. */
async function typesHere(folder: string): Promise<Set<Dtype>> {
  return typesOf(await readdir(join(folder, "onnx")).catch(() => []));
}

function inOnnx(names: readonly string[]): string[] {
  return names.flatMap((name) => (name.startsWith("onnx/") ? [name.slice("onnx/".length)] : []));
}

const needed = ["config.json", "tokenizer.json"];
const optional = ["generation_config.json", "tokenizer_config.json", "chat_template.jinja"];

/** In the order in which they are fetched. */
function filesOf(names: readonly string[], type: Dtype): string[] {
  const model = `onnx/model${suffixes[type]}.onnx`;
  return [
    ...needed,
    ...optional.filter((name) => names.includes(name)),
    ...names.filter((name) => name.startsWith(`${model}_data`) && /_data(_\d+)?$/.test(name)),
    model,
  ];
}

async function pullFile(hub: Hub, file: string, folder: string, { onProgress, signal }: OnnxPull): Promise<void> {
  const path = join(folder, file);
  if (await stat(path).catch(() => undefined)) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await downloadFromHub(
    { repo: hub.repo, file, ...(hub.revision === undefined ? {} : { revision: hub.revision }) },
    {
      to: `${path}.part`,
      sha256: undefined,
      signal,
      onProgress: (receivedBytes, totalBytes) =>
        onProgress?.({ file, receivedBytes, source: "hub", ...(totalBytes === undefined ? {} : { totalBytes }) }),
    },
  );
  await rename(`${path}.part`, path);
}
