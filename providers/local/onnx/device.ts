/** Which devices onnxruntime can run on here. */
import { readdirSync } from "node:fs";
import { LocalModelError } from "../../../agent/error.ts";
import type { OnnxDevice } from "../ref-options.ts";

/** Those that the library for this system was built for; whether there is such a device shows when it is used. */
export function devicesHere(): OnnxDevice[] {
  switch (process.platform) {
    case "win32":
      return ["dml", "webgpu", "cpu"];
    case "darwin":
      return ["coreml", "webgpu", "cpu"];
    default:
      return process.arch === "x64" ? ["cuda", "webgpu", "cpu"] : ["cpu"];
  }
}

/** What to try, in order. `auto` is WebGPU where there seems to be a GPU, and else the processor. Throws `LocalModelError`. */
export function devicesFor(wanted: OnnxDevice): OnnxDevice[] {
  const here = devicesHere();
  if (wanted === "auto") return here.includes("webgpu") && hasGpu() ? ["webgpu", "cpu"] : ["cpu"];
  if (here.includes(wanted)) return [wanted];
  throw new LocalModelError(
    wanted === "wasm"
      ? "The device wasm is for the browser; here onnxruntime is a native library."
      : `onnxruntime does not run on ${wanted} on this system.`,
    { hint: `Devices here: ${here.join(", ")}.` },
  );
}

export function isGpu(device: OnnxDevice): boolean {
  return device !== "cpu" && device !== "wasm";
}

/** Asking the driver would print its complaints, so on Linux the device files tell. */
function hasGpu(): boolean {
  if (process.platform !== "linux") return true;
  const names = (folder: string) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  return names("/dev/dri").some((name) => name.startsWith("renderD")) || names("/dev").includes("nvidia0");
}
