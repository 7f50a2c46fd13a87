/** The provider `local` in this very process: each reference goes to the engine that can run it, loaded when first needed. */
import type { Provider } from "../../agent/model.ts";
import type { LocalOptions } from "./llama.ts";
import type { OnnxOptions } from "./onnx/onnx.ts";
import { type Engine, findRef } from "./ref.ts";

export function createEngines(options: LocalOptions): Provider {
  const engines = new Map<Engine, Promise<Provider>>();
  const start = (engine: Engine): Promise<Provider> => {
    const started = engines.get(engine) ?? create(engine, options);
    engines.set(engine, started);
    started.catch(() => engines.delete(engine));
    return started;
  };
  const close = async () => {
    const started = [...engines.values()];
    engines.clear();
    await Promise.allSettled(started.map(async (engine) => (await engine).close()));
  };
  return {
    name: "local",
    async model(wanted) {
      const name = wanted ?? options.model;
      const ref = name === undefined ? undefined : await findRef(name);
      return (await start(ref?.engine ?? "llama")).model(name);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function create(engine: Engine, options: LocalOptions): Promise<Provider> {
  switch (engine) {
    case "llama":
      return (await import("./llama.ts")).createLocal(options);
    case "onnx":
      return (await import("./onnx/onnx.ts")).createOnnx(forOnnx(options));
  }
}

/** Devices have other names there, and what only llama.cpp has is left out. */
function forOnnx({ device, gpuLayers: _, kv: __, sequences: ___, ...shared }: LocalOptions): OnnxOptions {
  return device === "cpu" ? { ...shared, device } : shared;
}
