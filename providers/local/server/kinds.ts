/** The servers of local models that are known by name: where they usually are, and how each tells what it serves. */
import type { ModelInfo } from "../../../agent/model.ts";
import { type CustomModel, customModel } from "../../custom.ts";
import { asRecord, jsonFrom, type Reach } from "./ask.ts";

export type ServerKind = "ollama" | "lmstudio" | "vllm" | "llamacpp";

export interface ServedModel {
  /** The server's own name for it. */
  readonly id: string;
  /** What prompt and answer share, in tokens; 0 where the server does not tell. */
  readonly windowTokens: number;
  readonly images: boolean;
}

export interface KindOfServer {
  readonly kind: ServerKind;
  /** As sentences call it. */
  readonly label: string;
  /** Up to its `/v1`. */
  readonly baseUrl: string;
  /** What it serves; undefined where what answers is no such server. May throw. */
  readonly list: (reach: Reach) => Promise<ServedModel[] | undefined>;
}

export const serverKinds: readonly KindOfServer[] = [
  { kind: "ollama", label: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", list: listOllama },
  { kind: "lmstudio", label: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1", list: listLmStudio },
  { kind: "vllm", label: "vLLM", baseUrl: "http://127.0.0.1:8000/v1", list: listVllm },
  { kind: "llamacpp", label: "The llama.cpp server", baseUrl: "http://127.0.0.1:8080/v1", list: listLlamaCpp },
];

export function serverKind(kind: ServerKind): KindOfServer {
  const found = serverKinds.find((each) => each.kind === kind);
  if (!found) throw new TypeError(`No server ${kind}`);
  return found;
}

const unknownWindow = 8_192;

/** Prompt and answer share the window. What runs here costs nothing. `custom` is what a person says of it. */
export function infoOf(kind: ServerKind, { id, windowTokens, images }: ServedModel, custom?: CustomModel): ModelInfo {
  const window = windowTokens || unknownWindow;
  const free = { tier: "auto", above: 0, input: 0, output: 0, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const;
  const info = customModel(id, {
    maxRequestTokens: window - Math.floor(window / 16),
    maxResponseTokens: Math.floor(window / 4),
    images,
    prices: [free],
    thinkingOutputs: ["text"],
    structured: "alone",
    ...custom,
  });
  return { ...info, provider: kind };
}

/**
 * A model of Ollama has the window it was loaded with or its own `num_ctx`; what it was trained on is only a bound, and
 * Ollama cuts a longer prompt in silence. https://github.com/ollama/ollama/blob/main/docs/api.md
 */
async function listOllama(reach: Reach): Promise<ServedModel[] | undefined> {
  const tags = await jsonFrom(reach, "/api/tags");
  if (!Array.isArray(tags.models)) return undefined;
  const running = asRecord(await jsonFrom(reach, "/api/ps").catch(() => ({}))).models;
  const loaded = new Map(listOf(running).map((row) => [textOf(row.name), numberOf(row.context_length)]));
  const names = listOf(tags.models).map((row) => textOf(row.name ?? row.model));
  const models = await Promise.all(
    names.map(async (id) => {
      const shown = await jsonFrom(reach, "/api/show", { model: id }).catch(() => ({}));
      return ollamaModel(id, asRecord(shown), loaded.get(id) ?? 0);
    }),
  );
  return models.filter((model) => model !== undefined);
}

function ollamaModel(id: string, shown: Record<string, unknown>, loaded: number): ServedModel | undefined {
  const abilities = Array.isArray(shown.capabilities) ? shown.capabilities : ["completion"];
  if (!abilities.includes("completion")) return undefined;
  const info = asRecord(shown.model_info);
  const trained = numberOf(info[`${textOf(info["general.architecture"])}.context_length`]);
  const own = Number(/^num_ctx\s+(\d+)$/m.exec(textOf(shown.parameters))?.[1] ?? 0);
  return { id, windowTokens: loaded || own || trained, images: abilities.includes("vision") };
}

/** https://lmstudio.ai/docs/developer/rest/endpoints; a server that has only `/v1/models` is believed by its name for itself. */
async function listLmStudio(reach: Reach): Promise<ServedModel[] | undefined> {
  const { data } = await jsonFrom(reach, "/api/v0/models");
  const isOwn = listOf(data).every((row) => typeof row.publisher === "string" || typeof row.state === "string");
  if (!Array.isArray(data) || !isOwn) return undefined;
  return listOf(data)
    .filter(({ type }) => type === "llm" || type === "vlm")
    .map((row) => ({
      id: textOf(row.id),
      windowTokens: numberOf(row.loaded_context_length) || numberOf(row.max_context_length),
      images: row.type === "vlm",
    }));
}

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html; port 8000 is many a server's, so it has to say that it is one. */
async function listVllm(reach: Reach): Promise<ServedModel[] | undefined> {
  const { data } = await jsonFrom(reach, "/v1/models");
  const models = listOf(data).filter(({ max_model_len }) => typeof max_model_len === "number");
  if (models.length === 0) return undefined;
  return models.map((row) => ({ id: textOf(row.id), windowTokens: numberOf(row.max_model_len), images: false }));
}

/** https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md */
async function listLlamaCpp(reach: Reach): Promise<ServedModel[] | undefined> {
  const { data } = await jsonFrom(reach, "/v1/models");
  const models = listOf(data).filter(({ owned_by }) => owned_by === "llamacpp");
  if (models.length === 0) return undefined;
  const props = asRecord(await jsonFrom(reach, "/props").catch(() => ({})));
  const window = numberOf(asRecord(props.default_generation_settings).n_ctx);
  const images = asRecord(props.modalities).vision === true;
  return models.map((row) => ({
    id: textOf(row.id),
    windowTokens: window || numberOf(asRecord(row.meta).n_ctx_train),
    images,
  }));
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");
const numberOf = (value: unknown) => (typeof value === "number" && value > 0 ? value : 0);
