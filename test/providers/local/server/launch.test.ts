import { expect, test } from "bun:test";
import { LocalModelError, UsageError } from "../../../../agent/error.ts";
import type { Model } from "../../../../agent/model.ts";
import type { WeightsLoad } from "../../../../providers/local/llama.ts";
import { launchServer } from "../../../../providers/local/server/launch.ts";
import { createProvider, usableProviders } from "../../../../providers/registry.ts";
import { askModel, talk } from "../../../support/local-model.ts";
import { must } from "../../../support/must.ts";
import { isAlive, untilGone } from "../host/rig.ts";
import { type Machine, machine } from "./rig.ts";

const ask = async (model: Model, text: string) => (await askModel(model, { messages: talk(model, text) })).last;
const answer = (pid: number) => ({
  type: "done",
  parts: [{ type: "text", text: `I am ${pid}.` }],
  stopReason: "endTurn",
});
const launch = (env: Machine["env"], onLoad?: (load: WeightsLoad) => void) =>
  createProvider("llamacpp", { env, local: { ...(onLoad && { onLoad }) } });

test("starts llama-server on a free port with the arguments of the variables, a key of its own and no secret", async () => {
  using it = machine({ LLAMA_CPP_EXTRA_ARGS: `-ngl 12 --alias 'a "b"'` });
  const loads: WeightsLoad[] = [];
  const env = { ...it.env, LLAMA_CPP_MODEL: it.weights };
  expect(usableProviders(env)).toContain("llamacpp");
  await using provider = await launch(env, (load) => loads.push(load));
  const model = await provider.model();
  const [start, ...more] = it.starts();
  const { argv, pid, env: names } = must(start);
  expect(more).toEqual([]);
  const port = must(argv[5]);
  expect(Number(port)).toBeGreaterThan(1023);
  expect(argv).toEqual([
    ...["-m", it.weights, "--host", "127.0.0.1", "--port", port, "--parallel", "1", "-c", "16384"],
    ...["--cache-type-k", "q4_0", "--cache-type-v", "q4_0", "-ngl", "12", "--alias", 'a "b"'],
  ]);
  expect(names).toContain("LLAMA_API_KEY");
  expect(names).not.toContain("ANTHROPIC_API_KEY");
  expect((await fetch(`http://127.0.0.1:${port}/v1/models`)).status).toBe(401);
  const { prices, ...info } = model.info;
  expect(info).toMatchObject({
    provider: "llamacpp",
    id: it.weights,
    wireId: 'a "b"',
    maxRequestTokens: 15_360,
    maxResponseTokens: 4096,
  });
  expect(prices.map(({ input, output }) => [input, output])).toEqual([[0, 0]]);
  expect(await ask(model, "Who are you?")).toMatchObject(answer(pid));
  expect(loads.map(({ state }) => state)).toEqual(["loading", "loaded"]);
});

test("models of the same weights share one server, which is started anew when it is gone", async () => {
  using it = machine();
  await using provider = await launch(it.env);
  const models = await Promise.all([provider.model(it.weights), provider.model(it.weights)]);
  const [model, other] = [must(models[0]), must(models[1])];
  const first = must(it.starts()[0]).pid;
  expect(await Promise.all([ask(model, "Hi."), ask(other, "Hi.")])).toMatchObject([answer(first), answer(first)]);

  expect(await ask(model, "Crash.")).toMatchObject({ type: "error", error: { retry: "transient" } });
  await untilGone(first);
  const both = await Promise.all([ask(model, "Hi."), ask(other, "Hi.")]);
  const { pid: second } = must(it.starts()[1]);
  expect(both).toMatchObject([answer(second), answer(second)]);
  expect(it.starts().length).toBe(2);
  await provider.close();
  expect(isAlive(second)).toBe(false);
});

test("a server that ends early is told with the first and the last that it wrote", async () => {
  using it = machine({ FAKE_DIES: "1" });
  await using provider = await launch(it.env);
  const error: unknown = await provider.model(it.weights).catch((thrown: unknown) => thrown);
  if (!(error instanceof LocalModelError)) throw new Error("no LocalModelError");
  const lines = error.message.split("\n");
  expect(lines[0]).toBe(`${it.program} ended before it was ready with ${it.weights}. It wrote:`);
  expect(lines.slice(1, 3)).toEqual(["load_model: line 1", "load_model: line 2"]);
  expect(lines.slice(20, 23)).toEqual(["load_model: line 20", "…", "load_model: line 62"]);
  expect(lines.at(-1)).toBe("main: exiting due to model loading error");
  expect(error.hint).toContain("Nothing is left running");
});

test("what the server refuses of the arguments is said in its words", async () => {
  using it = machine({ LLAMA_CPP_KV: "q9_9" });
  await using provider = await launch(it.env);
  await expect(provider.model(it.weights)).rejects.toThrow('error while handling argument "--cache-type-k"');
  await using other = await launch({ ...it.env, LLAMA_CPP_KV: "f16", LLAMA_CPP_EXTRA_ARGS: "--bogus" });
  await expect(other.model(it.weights)).rejects.toThrow("error: invalid argument: --bogus");
  expect(it.starts()).toEqual([]);
});

test("a server that stays silent or is no longer wanted is given up, and killed where it does not listen", async () => {
  using it = machine({ FAKE_SILENT: "1", FAKE_STUBBORN: "1" });
  const options = { program: it.program, weights: it.weights, args: [], env: it.env, graceSec: 1 };
  await expect(launchServer({ ...options, silentMs: 500 })).rejects.toThrow("did not become ready");
  const { pid } = must(it.starts()[0]);
  expect(isAlive(pid)).toBe(false);
  const stop = new AbortController();
  const stopped = launchServer({ ...options, signal: stop.signal });
  stop.abort();
  await expect(stopped).rejects.toThrow("was stopped before it was ready");
});

test("the server ends with us, also where nobody could say so", async () => {
  using it = machine();
  const script = `import { createProvider } from ${JSON.stringify(import.meta.resolve("../../../../providers/registry.ts"))};
    const provider = await createProvider("llamacpp", { env: process.env });
    await provider.model(process.argv[1]);
    console.log("ready");
    if (process.argv[2] === "stay") await new Promise(() => setInterval(() => {}, 1000));`;
  for (const how of ["stay", "leave"]) {
    const parent = Bun.spawn([process.execPath, "-e", script, it.weights, how], {
      env: it.env,
      stdout: "pipe",
      stderr: "inherit",
    });
    await parent.stdout.getReader().read();
    const { pid } = must(it.starts().at(-1));
    expect(isAlive(pid)).toBe(true);
    if (how === "stay") parent.kill("SIGKILL");
    await parent.exited;
    await untilGone(pid);
  }
});

test("without weights, a program or sensible variables nothing is started", async () => {
  using it = machine();
  await using provider = await launch(it.env);
  await expect(provider.model()).rejects.toThrow("The llama.cpp server needs weights or an address.");
  await expect(provider.model("/nowhere.gguf")).rejects.toThrow("is not there");
  await using away = await launch({ ...it.env, PATH: "/usr/bin:/bin" });
  await expect(away.model(it.weights)).rejects.toThrow("There is no llama-server on this machine.");
  await using wrong = await launch({ ...it.env, LLAMA_CPP_SERVER: "/nowhere/llama-server" });
  await expect(wrong.model(it.weights)).rejects.toThrow("LLAMA_CPP_SERVER names /nowhere/llama-server");
  await using taken = await launch({ ...it.env, LLAMA_CPP_EXTRA_ARGS: "--port 9" });
  await expect(taken.model(it.weights)).rejects.toBeInstanceOf(UsageError);
  expect(it.starts()).toEqual([]);
});
