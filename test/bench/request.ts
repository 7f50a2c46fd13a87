/** Bytes of the first request of a run with the default tools, on each wire, and where the model's window is small. */
import { join } from "node:path";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import { type Wire, wires } from "../support/fake-types.ts";
import { tempDir } from "../support/temp-dir.ts";
import { printMetric } from "./metric.ts";

const main = join(import.meta.dir, "../../server/main.ts");
const providers: Readonly<Record<Wire, readonly [provider: string, prefix: string, model: string]>> = {
  anthropic: ["anthropic", "ANTHROPIC", "default"],
  openai: ["openai", "OPENAI", "default"],
  chat: ["openai-compat", "OPENAI_COMPAT", "fake-model"],
  gemini: ["google", "GOOGLE", "default"],
};

/** What the server was told of the size of the body. */
async function firstRequest(wire: Wire, more: readonly string[] = []): Promise<number> {
  using temp = tempDir();
  await using fake = await startFakeProvider([{ parts: [{ text: "Hello." }] }]);
  const [provider, prefix, model] = providers[wire];
  const env = { HOME: temp.path, [`${prefix}_API_KEY`]: testKey, [`${prefix}_BASE_URL`]: fake.url(wire) };
  const argv = [process.execPath, main, "-p", "Hello.", "--provider", provider, "--model", model, ...more];
  const child = Bun.spawn(argv, { cwd: temp.path, env, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`The program ended with exit code ${child.exitCode}.`);
  return Number(fake.requests[0]?.headers["content-length"]);
}

for (const wire of wires) printMetric(`request.${wire}`, await firstRequest(wire), "B", 1);
printMetric("request.small-window", await firstRequest("chat", ["--max-request-tokens", "8192"]), "B", 1);
