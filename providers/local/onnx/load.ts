/** Loads the weights of an ONNX model into this process, on the first device that takes them. */
import type { PreTrainedModel } from "@huggingface/transformers";
import { LocalModelError, messageOf } from "../../../agent/error.ts";
import type { Dtype, OnnxDevice } from "../ref-options.ts";
import { devicesHere } from "./device.ts";
import { suffixes } from "./files.ts";
import { createRunner } from "./runner.ts";
import type { Loaded } from "./weights.ts";

export interface Attempt {
  readonly device: OnnxDevice;
  readonly type: Dtype;
}

export interface LoadOptions {
  readonly folder: string;
  /** Tried in this order; each device has a type that suits it. */
  readonly attempts: readonly Attempt[];
  readonly threads: number;
}

/** transformers.js, which prints nothing of its own accord. */
export async function loadLibrary() {
  try {
    const library = await import("@huggingface/transformers");
    library.env.logLevel = library.LogLevel.NONE;
    return library;
  } catch (cause) {
    throw new LocalModelError(`onnxruntime could not be started: ${messageOf(cause)}`, {
      hint: "Reinstall the dependencies (bun install), or use a GGUF model or one in the cloud.",
      cause,
    });
  }
}

/** Throws `LocalModelError` where no device takes the model. */
export async function loadModel({ folder, attempts, threads }: LoadOptions): Promise<Loaded> {
  const library = await loadLibrary();
  const failures: LocalModelError[] = [];
  for (const { device, type } of attempts) {
    try {
      const model: PreTrainedModel = await library.AutoModelForCausalLM.from_pretrained(folder, {
        local_files_only: true,
        dtype: type,
        device,
        // Threads that wait for the next step would take the processor from everything else.
        session_options: { intraOpNumThreads: threads, extra: { session: { intra_op: { allow_spinning: "0" } } } },
      });
      return { runner: createRunner(library, model), dispose: async () => void (await model.dispose()) };
    } catch (cause) {
      failures.push(refused(device, `${folder}/onnx/model${suffixes[type]}.onnx`, cause));
    }
  }
  throw failures.at(-1) ?? new TypeError("There is no device to try");
}

function refused(device: OnnxDevice, file: string, cause: unknown): LocalModelError {
  const why = messageOf(cause)
    .replace(/^.*?(Failed to )/s, "$1")
    .trim();
  if (/WebGPU adapter|shared library|ExecutionProvider/i.test(why)) {
    const others = devicesHere().filter((each) => each !== device);
    return new LocalModelError(`onnxruntime finds no ${device} on this machine: ${why}`, {
      hint: `Use another device: ${others.join(", ")}.`,
      cause,
    });
  }
  return new LocalModelError(`The model ${file} could not be loaded: ${why}`, {
    hint: "Check that the file is whole and that transformers.js knows this kind of model, or choose another one.",
    cause,
  });
}
