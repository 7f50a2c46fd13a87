/** llama.cpp itself: which device it runs on, and on how many threads. */
import { availableParallelism, loadavg } from "node:os";
import type { Llama } from "node-llama-cpp";
import { LocalModelError } from "../../agent/error.ts";
import type { LlamaDevice } from "./ref-options.ts";

/**
 * Threads of one evaluation wait for each other at every step, so one that shares its processor holds up all of them: two
 * threads on a machine with one free processor were ten times slower than one.
 */
export function freeProcessors(): number {
  const all = availableParallelism();
  const busy = Math.round(loadavg()[0] ?? 0);
  return Math.max(1, all - busy);
}

/** Throws `LocalModelError` where there is no such device or no library for this machine. */
export async function startLlama(device: LlamaDevice, threads: number): Promise<Llama> {
  try {
    const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
    return await getLlama({
      gpu: device === "cpu" ? false : device,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.disabled,
      maxThreads: threads,
    });
  } catch (cause) {
    const where = device === "auto" || device === "cpu" ? "" : ` on ${device}`;
    throw new LocalModelError(`llama.cpp could not be started${where}: ${words(cause)}`, {
      hint: where
        ? "Use another device (?device=auto takes the best there is), or install the driver of this one."
        : "Reinstall the dependencies with their optional ones (bun install), or use a model in the cloud.",
      cause,
    });
  }
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
