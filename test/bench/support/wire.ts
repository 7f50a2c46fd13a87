/** A model on the Anthropic wire whose server, in a process of its own, costs next to nothing. */
import { join } from "node:path";
import type { Model } from "../../../agent/model.ts";
import { createAnthropic } from "../../../providers/anthropic.ts";
import { resolveModel } from "../../../providers/catalog.ts";

export interface BenchWire extends AsyncDisposable {
  /** Without limits of size, so that any history can be sent. */
  readonly model: Model;
}

export async function openWire(): Promise<BenchWire> {
  await using stack = new AsyncDisposableStack();
  const server = Bun.spawn([process.execPath, join(import.meta.dir, "wire-server.ts")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  stack.defer(async () => {
    server.stdin.end();
    await server.exited;
  });
  const { value } = await server.stdout.getReader().read();
  const baseUrl = `http://127.0.0.1:${Buffer.from(value ?? [])
    .toString()
    .trim()}`;
  const resolve = () => ({ ...resolveModel("anthropic"), maxRequestTokens: 0, maxRequestBytes: 0 });
  const provider = stack.use(createAnthropic({ apiKey: "bench", baseUrl, resolve }));
  const model = await provider.model();
  const owned = stack.move();
  return { model, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
