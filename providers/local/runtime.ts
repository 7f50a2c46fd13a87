/** llama.cpp itself: which device it runs on, and on how many threads. */
import { availableParallelism, loadavg } from "node:os";
import type { Llama } from "node-llama-cpp";
import { LocalModelError, messageOf } from "../../agent/error.ts";
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
  const llama = await load(device, threads).catch((cause: unknown) => {
    throw device === "auto" || device === "cpu" ? noLlama(cause) : noDevice(device, messageOf(cause));
  });
  // llama.cpp may settle for less than it was asked for.
  if (device === "auto" || device === "cpu" || llama.gpu === device) return llama;
  await llama.dispose();
  throw noDevice(device, "it finds no such device");
}

async function load(device: LlamaDevice, threads: number): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  return getLlama({
    gpu: device === "cpu" ? false : device,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.disabled,
    maxThreads: threads,
  });
}

function noLlama(cause: unknown): LocalModelError {
  return new LocalModelError(`llama.cpp could not be started: ${messageOf(cause)}`, {
    hint: "Reinstall the dependencies with their optional ones (bun install), or use a model in the cloud.",
    cause,
  });
}

function noDevice(device: LlamaDevice, why: string): LocalModelError {
  return new LocalModelError(`llama.cpp could not be started on ${device}: ${why}.`, {
    hint: "Leave the device out, which takes the best there is, or install the driver of this one.",
  });
}
