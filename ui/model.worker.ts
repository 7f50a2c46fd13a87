/**
 * Runs ONNX models in the page, off its own thread: on WebGPU, with the same engine as the process. It speaks as the child
 * process for local models does; its files and onnxruntime's WebAssembly come from the server of the workspace.
 */
import { AutoModelForCausalLM, env, PreTrainedTokenizer, Tensor } from "@huggingface/transformers";
import type { Model, Provider } from "../agent/model.ts";
import type { ToHost } from "../providers/local/host/messages.ts";
import { ModelServer } from "../providers/local/host/model-server.ts";
import { createGrammars } from "../providers/local/onnx/grammars.ts";
import { createModel } from "../providers/local/onnx/model.ts";
import { createRunner } from "../providers/local/onnx/runner.ts";
import { createWeights, type Weights } from "../providers/local/onnx/weights.ts";
import { createWords, type TokenizerConfig, type TokenizerJson } from "../providers/local/onnx/words.ts";
import type { PageModel } from "../server/protocol.ts";

env.allowLocalModels = false;
env.useBrowserCache = false;
env.remoteHost = `${location.origin}/`;
env.remotePathTemplate = "api/weights/{model}/";
if (env.backends.onnx.wasm) {
  env.backends.onnx.wasm.wasmPaths = `${location.origin}/api/runtime/`;
  env.backends.onnx.wasm.numThreads = 1;
}

interface Shared {
  readonly weights: Weights;
  readonly words: ReturnType<typeof createWords>;
  readonly grammars: ReturnType<typeof createGrammars>;
}

const known = new Map<string, Promise<Shared>>();

/** Weights are loaded once for all models of the same files. */
function share(wanted: PageModel): Promise<Shared> {
  const key = `${wanted.folder} ${wanted.type}`;
  const made = known.get(key) ?? load(wanted);
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

async function load({ folder, type, ends, scored, template }: PageModel): Promise<Shared> {
  const json = async <Shape>(name: string): Promise<Shape> => {
    const response = await fetch(`/api/weights/${folder}/${name}`);
    if (!response.ok) throw new Error(`${name} could not be read (status ${response.status})`);
    return response.json();
  };
  const words = createWords(PreTrainedTokenizer, {
    json: await json<TokenizerJson>("tokenizer.json"),
    config: await json<TokenizerConfig>("tokenizer_config.json"),
    template,
    ends,
    scored,
  });
  const weights = createWeights(async () => {
    const model = await AutoModelForCausalLM.from_pretrained(folder, { dtype: type, device: "webgpu" });
    return { runner: createRunner({ Tensor }, model), dispose: async () => void (await model.dispose()) };
  });
  await weights.step(async () => {});
  return { weights, words, grammars: createGrammars(words) };
}

function makeProvider(): Provider {
  const open = new Set<Model>();
  const close = async () => {
    for (const model of [...open]) await model.close();
    for (const shared of known.values()) await (await shared).weights.unload();
  };
  return {
    name: "browser",
    async model(text = "{}") {
      const wanted: PageModel = JSON.parse(text);
      const { id, window, seed } = wanted;
      const onClose = () => open.delete(model);
      const made = await createModel({ ...(await share(wanted)), id, window, seed, template: undefined, onClose });
      const model: Model = { ...made, info: { ...made.info, provider: "browser" } };
      open.add(model);
      return model;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const server = new ModelServer(makeProvider, (message) => {
  // Fetching is the server's, and loading is told by `opened`.
  if (message.type !== "load" && message.type !== "progress") postMessage(message);
});

addEventListener("message", ({ data }: MessageEvent<ToHost>) => {
  if (data.type !== "end") return server.take(data);
  void server.close().finally(() => close());
});
