/**
 * Ollama, LM Studio and vLLM in what they say of themselves, in the shapes of their documentation; their chat completions are
 * answered by the strict fake of that wire. Each refuses the paths and the methods that the real one has not.
 */
import { startFakeProvider } from "../../../support/fake-provider.ts";
import type { FakeProvider } from "../../../support/fake-types.ts";

type Answers = Readonly<Record<string, (body: unknown) => unknown>>;

/** https://github.com/ollama/ollama/blob/main/docs/api.md */
const ollama: Answers = {
  "GET /api/tags": () => ({
    models: ["qwen3:8b", "llava:latest", "nomic-embed-text:latest", "own:latest", "running:latest"].map((name) => ({
      name,
      model: name,
      modified_at: "2026-10-01T12:00:00Z",
      size: 1,
      digest: "d",
      details: { format: "gguf", family: "f", parameter_size: "8B", quantization_level: "Q4_K_M" },
    })),
  }),
  "GET /api/ps": () => ({
    models: [{ name: "running:latest", model: "running:latest", size: 1, context_length: 8192 }],
  }),
  "POST /api/show": (body) => {
    const { model } = body as { model: string };
    const capabilities = { "llava:latest": ["completion", "vision"], "nomic-embed-text:latest": ["embedding"] }[model];
    return {
      parameters:
        model === "own:latest" ? 'num_ctx                        16384\nstop                           "<end>"' : "",
      template: "t",
      details: {},
      model_info: { "general.architecture": "qwen3", "general.parameter_count": 1, "qwen3.context_length": 40_960 },
      capabilities: capabilities ?? ["completion", "tools"],
    };
  },
};

/** https://lmstudio.ai/docs/developer/rest/endpoints */
const lmstudio: Answers = {
  "GET /api/v0/models": () => ({
    object: "list",
    data: [
      {
        id: "qwen2-vl-7b",
        object: "model",
        type: "vlm",
        publisher: "p",
        state: "not-loaded",
        max_context_length: 32_768,
      },
      {
        ...{ id: "llama-3.1-8b", object: "model", type: "llm", publisher: "p", state: "loaded" },
        ...{ max_context_length: 131_072, loaded_context_length: 4096 },
      },
      {
        id: "nomic",
        object: "model",
        type: "embeddings",
        publisher: "p",
        state: "not-loaded",
        max_context_length: 2048,
      },
    ],
  }),
};

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
const vllm: Answers = {
  "GET /v1/models": () => ({
    object: "list",
    data: [
      {
        id: "Qwen/Qwen3-8B",
        object: "model",
        created: 1,
        owned_by: "vllm",
        root: "Qwen/Qwen3-8B",
        parent: null,
        max_model_len: 40_960,
      },
    ],
  }),
};

/** Somebody else on that port, who speaks the same wire. */
const stranger: Answers = {
  "GET /v1/models": () => ({ object: "list", data: [{ id: "m", object: "model", owned_by: "x" }] }),
};

const all = { ollama, lmstudio, vllm, stranger };

export interface FakeServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly chat: FakeProvider;
}

/** With a key it wants that key for everything. */
export async function fakeServer(kind: keyof typeof all, key?: string): Promise<FakeServer> {
  const chat = await startFakeProvider(() => ({ parts: [{ text: "Hello." }] }), { key: key ?? "" });
  const answers = all[kind];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (key !== undefined && request.headers.get("authorization") !== `Bearer ${key}`) {
        return Response.json({ error: "Unauthorized" }, { status: 401 });
      }
      if (pathname === "/v1/chat/completions") return fetch(`${chat.url("chat")}/chat/completions`, request);
      const answer = answers[`${request.method} ${pathname}`];
      if (!answer) return new Response("404 page not found", { status: 404 });
      return Response.json(answer(request.method === "POST" ? await request.json() : undefined));
    },
  });
  return {
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    chat,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
      await chat[Symbol.asyncDispose]();
    },
  };
}
