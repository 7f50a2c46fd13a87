/**
 * A llama-server in what concerns whoever starts one: its flags and their errors, its health while weights load, its key, what
 * it says of itself, and chat completions, which the strict fake of that wire answers. `FAKE_*` variables make it misbehave.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { startFakeProvider } from "../../../support/fake-provider.ts";

const kvTypes = ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1"];
const specTypes = ["none", "draft-simple", "draft-mtp", "ngram-simple", "ngram-mod"];
const number = (text: string) => /^-?\d+$/.test(text);

/** Each flag with what its value has to be; `null` takes none. */
const flags: Readonly<Record<string, ((value: string) => boolean) | null>> = {
  "-m": () => true,
  "--host": () => true,
  "--port": number,
  "--parallel": number,
  "-c": number,
  "-ngl": (value) => number(value) || value === "auto",
  "--cache-type-k": (value) => kvTypes.includes(value),
  "--cache-type-v": (value) => kvTypes.includes(value),
  "--spec-type": (value) => specTypes.includes(value),
  "--spec-draft-n-max": number,
  "--reasoning": (value) => ["on", "off", "auto"].includes(value),
  "--alias": () => true,
  "--no-webui": null,
};

function fail(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}

function readFlags(argv: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const name = argv[at] ?? "";
    const check = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (check === undefined) fail(`error: invalid argument: ${name}`);
    if (check === null) continue;
    const value = argv[++at];
    if (value === undefined) fail(`error: expected value for argument ${name}`);
    if (!check(value)) fail(`error while handling argument "${name}": unsupported value ${value}`);
    found.set(name, value);
  }
  return found;
}

const { FAKE_LOG, FAKE_LOAD_MS = "150", FAKE_DIES, FAKE_STUBBORN, FAKE_SILENT, LLAMA_API_KEY } = process.env;
const argv = process.argv.slice(2);
const given = readFlags(argv);
const weights = given.get("-m") ?? fail("error: --model is required");
if (FAKE_LOG)
  appendFileSync(FAKE_LOG, `${JSON.stringify({ pid: process.pid, argv, env: Object.keys(process.env) })}\n`);
if (FAKE_STUBBORN) process.on("SIGTERM", () => {});
for (let line = 1; line <= 100; line++) process.stderr.write(`load_model: line ${line}\n`);
if (FAKE_DIES) fail("main: exiting due to model loading error");
if (!existsSync(weights) || readFileSync(weights).subarray(0, 4).toString() !== "GGUF") {
  fail(`gguf_init_from_file: failed to open GGUF file '${weights}'\nmain: exiting due to model loading error`);
}

const chat = await startFakeProvider(
  ({ view }) => {
    if (view.messages.at(-1)?.texts.includes("Crash.")) process.kill(process.pid, "SIGKILL");
    return { parts: [{ text: `I am ${process.pid}.` }] };
  },
  { key: LLAMA_API_KEY ?? "" },
);
const readyAt = Date.now() + Number(FAKE_LOAD_MS);
const window = Number(given.get("-c") ?? 4096);
const id = given.get("--alias") ?? weights;
const refuse = (status: number, message: string, type: string) =>
  Response.json({ error: { code: status, message, type } }, { status });

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (FAKE_SILENT || Date.now() < readyAt) return refuse(503, "Loading model", "unavailable_error");
  if (pathname === "/health") return Response.json({ status: "ok" });
  if (LLAMA_API_KEY && request.headers.get("authorization") !== `Bearer ${LLAMA_API_KEY}`) {
    return refuse(401, "Invalid API Key", "authentication_error");
  }
  if (pathname === "/v1/models") {
    const meta = { n_ctx_train: 131_072, n_params: 1, size: 1 };
    return Response.json({ object: "list", data: [{ id, object: "model", created: 1, owned_by: "llamacpp", meta }] });
  }
  if (pathname === "/props") {
    const modalities = { vision: false, audio: false };
    return Response.json({
      default_generation_settings: { n_ctx: window },
      total_slots: 1,
      model_path: weights,
      modalities,
    });
  }
  if (pathname === "/v1/chat/completions") return fetch(`${chat.url("chat")}/chat/completions`, request);
  return refuse(404, "File Not Found", "not_found_error");
}

try {
  Bun.serve({ hostname: given.get("--host") ?? "127.0.0.1", port: Number(given.get("--port") ?? 8080), fetch: answer });
} catch {
  fail(`couldn't bind HTTP server socket, hostname: 127.0.0.1, port: ${given.get("--port")}`);
}
