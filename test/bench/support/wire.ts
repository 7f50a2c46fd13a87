/** A model on the Anthropic wire whose server, in a process of its own, costs next to nothing. */
import { join } from "node:path";
import type { Model } from "../../../agent/model.ts";
import { createAnthropic } from "../../../providers/anthropic.ts";
import { resolveModel } from "../../../providers/catalog.ts";

export interface BenchWire extends AsyncDisposable {
  /** Without limits of size, so that any history can be sent. */
  readonly model: Model;
}

/** `server` is the file in this directory that is its program. */
export async function openWire(server = "wire-server.ts"): Promise<BenchWire> {
  await using stack = new AsyncDisposableStack();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, server)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  stack.defer(async () => {
    child.stdin.end();
    await child.exited;
  });
  const { value } = await child.stdout.getReader().read();
  const baseUrl = `http://127.0.0.1:${Buffer.from(value ?? [])
    .toString()
    .trim()}`;
  const resolve = () => ({ ...resolveModel("anthropic"), maxRequestTokens: 0, maxRequestBytes: 0 });
  const provider = stack.use(createAnthropic({ apiKey: "bench", baseUrl, resolve }));
  const model = await provider.model();
  const owned = stack.move();
  return { model, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
