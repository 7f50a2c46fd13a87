/**
 * References to local models: `llama:` or `onnx:`, then a path, `hf:user/repo[:QUANT][#rev]`, `hf:user/repo/file.gguf[#rev]`,
 * an `https://….gguf` address (or `http`), or a known name, then options behind a `?`. The engine may be left out where the rest tells it.
 */
import { open, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../agent/error.ts";
import { type KnownModel, knownModels } from "./models.ts";
import { type RefOptions, readOptions, writeOptions } from "./ref-options.ts";

export type Engine = "llama" | "onnx";

/** Where weights are. A path has its `~` replaced and may be relative. */
export type Weights =
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "known"; readonly model: KnownModel }
  | {
      readonly type: "hub";
      /** `user/repo` on the Hugging Face hub. */
      readonly repo: string;
      /** A GGUF file in it; where absent, `quant` chooses one. */
      readonly file?: string;
      readonly quant?: string;
      /** Branch, tag or commit; `main` where absent. */
      readonly revision?: string;
    }
  | { readonly type: "url"; readonly url: string };

export interface LocalRef {
  readonly engine: Engine;
  readonly weights: Weights;
  /** `quant` is in the weights. */
  readonly options: RefOptions;
}

/**
 * Reads a reference; undefined if the text is none, as the name of a model in the cloud is not. Looks at no file: the engine
 * of a bare path is `llama` where it ends in `.gguf`, else `onnx`; `findRef` knows. Throws `UsageError` for options that
 * are unknown, there twice, or do not fit.
 */
export function readRef(text: string): LocalRef | undefined {
  const { engine, weights, rest } = split(text);
  return weights && finish(engine ?? usualEngine(weights), weights, rest);
}

/** Like `readRef`; the engine of a bare path is told by what lies there, if anything does. */
export async function findRef(text: string): Promise<LocalRef | undefined> {
  const { engine, weights, rest } = split(text);
  if (!weights) return undefined;
  const found = engine ?? (weights.type === "path" ? await engineOf(weights.path) : undefined);
  return finish(found ?? usualEngine(weights), weights, rest);
}

/** The engine that can run what lies at a path: a GGUF file, or a folder with `config.json` and `onnx/`. */
export async function engineOf(path: string): Promise<Engine | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    const parts = await Promise.all([stat(join(path, "config.json")), stat(join(path, "onnx"))]).catch(() => undefined);
    return parts?.[0].isFile() && parts[1].isDirectory() ? "onnx" : undefined;
  }
  if (!found?.isFile()) return undefined;
  await using file = await open(path);
  const { buffer } = await file.read({ buffer: Buffer.alloc(4), position: 0 });
  return buffer.toString("latin1") === "GGUF" ? "llama" : undefined;
}

/** A reference as text that reads as the same again. */
export function writeRef({ engine, weights, options }: LocalRef): string {
  const prefix = engine === "llama" && usualEngine(weights) === "llama" ? "" : `${engine}:`;
  const rest = writeOptions(options);
  return `${prefix}${writeWeights(weights)}${rest && `?${rest}`}`;
}

function writeWeights(weights: Weights): string {
  switch (weights.type) {
    case "path":
      return weights.path;
    case "known":
      return weights.model.id;
    case "url":
      return weights.url;
    case "hub": {
      const { repo, file, quant, revision } = weights;
      return `hf:${repo}${file ? `/${file}` : ""}${quant ? `:${quant}` : ""}${revision ? `#${revision}` : ""}`;
    }
  }
}

interface Split {
  readonly engine: Engine | undefined;
  readonly weights: Weights | undefined;
  /** What stands behind the `?`. */
  readonly rest: string | undefined;
}

function split(text: string): Split {
  const prefix = /^(llama|onnx):/i.exec(text.trim());
  const engine = prefix?.[1]?.toLowerCase() as Engine | undefined;
  const body = text.trim().slice(prefix?.[0].length ?? 0);
  const at = body.lastIndexOf("?");
  const name = at < 0 ? body : body.slice(0, at);
  return { engine, weights: readWeights(name, engine), rest: at < 0 ? undefined : body.slice(at + 1) };
}

function usualEngine(weights: Weights): Engine {
  return weights.type === "path" && !/\.gguf$/i.test(weights.path) ? "onnx" : "llama";
}

function finish(engine: Engine, weights: Weights, rest: string | undefined): LocalRef {
  const { quant, ...options } = rest === undefined ? {} : readOptions(rest, engine);
  if (quant === undefined) return { engine, weights, options };
  if (weights.type !== "hub" || weights.file !== undefined || weights.quant !== undefined) {
    throw new UsageError(
      "The option quant chooses among the files of a repository, and here the file is already named.",
      {
        hint: "Leave it out, or write hf:user/repo?quant=Q4_K_M.",
      },
    );
  }
  return { engine, weights: { ...weights, quant }, options };
}

const word = "[\\w][\\w.-]*";
const hubFile = new RegExp(`^hf:(${word}/${word})/((?:${word}/)*${word}\\.gguf)(?:#(${word}(?:/${word})*))?$`, "i");
const hubRepo = new RegExp(`^hf:(${word}/${word})(?::(${word}))?(?:#(${word}(?:/${word})*))?$`, "i");

function readWeights(name: string, engine: Engine | undefined): Weights | undefined {
  if (/^hf:/i.test(name)) return readHub(name, engine);
  if (/^https?:/i.test(name)) return readUrl(name, engine);
  const model = engine === "onnx" ? undefined : knownModels.find(({ id }) => id === name.toLowerCase());
  if (model) return { type: "known", model };
  const isPath = engine === undefined ? /^(\/|\.{1,2}(\/|$)|~(\/|$))|\.gguf$/i : /^[.~]|\/|\.gguf$/i;
  return isPath.test(name) ? { type: "path", path: name.replace(/^~(?=\/|$)/, homedir()) } : undefined;
}

function readHub(name: string, engine: Engine | undefined): Weights | undefined {
  const [, repo, file, revision] = engine === "onnx" ? [] : (hubFile.exec(name) ?? []);
  if (repo && file) return { type: "hub", repo, file, ...(revision && { revision }) };
  const [, whole, quant, tag] = hubRepo.exec(name) ?? [];
  if (!whole || (engine === "onnx" && quant)) return undefined;
  return { type: "hub", repo: whole, ...(quant && { quant }), ...(tag && { revision: tag }) };
}

function readUrl(name: string, engine: Engine | undefined): Weights | undefined {
  const url = engine !== "onnx" && URL.canParse(name) ? new URL(name) : undefined;
  return url && /\.gguf$/i.test(url.pathname) && !url.hash ? { type: "url", url: url.href } : undefined;
}
