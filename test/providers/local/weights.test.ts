import { expect, test } from "bun:test";
import { AbortedError, LocalModelError } from "../../../agent/error.ts";
import type { WeightsLoad } from "../../../providers/local/llama.ts";
import { askModel, talk, testLocal } from "../../support/local-model.ts";
import { until } from "../../support/until.ts";

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("loading is told as it goes, to its end", async () => {
  const news: WeightsLoad[] = [];
  await using provider = await testLocal({ onLoad: (load) => news.push(load) });
  const [model, other] = await Promise.all([provider.model(), provider.model()]);
  expect(other?.info).toEqual(model?.info);
  const shares = news.flatMap(({ share }) => share ?? []);
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(news.filter(({ state }) => state !== "loading")).toEqual([
    { name: "smollm2-135m", state: "loaded", memoryBytes: 96_576_768 },
  ]);
});

test("loading ends when it is cancelled", async () => {
  const stop = new AbortController();
  const states: string[] = [];
  await using provider = await testLocal({
    signal: stop.signal,
    onLoad: ({ state, share = 0 }) => {
      states.push(state);
      if (share > 0) stop.abort();
    },
  });
  expect(await failure(provider.model())).toBeInstanceOf(AbortedError);
  expect(states.at(-1)).toBe("failed");
});

test("a model that does not fit is refused before it loads, with what it needs and what is free", async () => {
  const states: string[] = [];
  await using provider = await testLocal({
    contextSize: 8192,
    memoryBytes: 120e6,
    onLoad: ({ state }) => states.push(state),
  });
  const error = await failure(provider.model());
  expect(error).toBeInstanceOf(LocalModelError);
  expect(String(error)).toMatch(
    /needs \d+ MB of memory \(97 MB for its weights and \d+ MB for a conversation of 2048 tokens\), and 120 MB are free/,
  );
  expect(states).toEqual(["loading", "failed"]);
});

test("a window is as large as the memory allows, and a smaller cache allows more", async () => {
  const windowOf = async (kv: "f16" | "q4_0") => {
    await using provider = await testLocal({ contextSize: 8192, memoryBytes: 300e6, kv });
    const model = await provider.model();
    const answer = await askModel(model, { messages: talk(model, "Hello."), maxOutputTokens: 2 });
    expect(answer.last.type).toBe("done");
    return model.info.maxRequestTokens;
  };
  const [plain, small] = [await windowOf("f16"), await windowOf("q4_0")];
  expect(plain).toBeGreaterThan(1500);
  expect(small).toBeGreaterThan(plain);
  expect(small).toBeLessThanOrEqual(7680);
});

test("what is idle is unloaded, still knows its words, and is there again for the next call", async () => {
  const states: string[] = [];
  const onLoad = ({ state }: WeightsLoad) => states.push(state);
  await using provider = await testLocal({ idleMs: 1, onLoad });
  const model = await provider.model();
  const messages = talk(model, "What is the capital of France?");
  const first = await askModel(model, { messages, maxOutputTokens: 8 });
  await until(() => states.at(-1) === "unloaded");
  expect(model.estimateText("Hello there")).toBe(2);
  const again = await askModel(model, { messages, maxOutputTokens: 8 });
  expect(again.text).toBe(first.text);
  expect(states.filter((state) => state === "loaded").length).toBeGreaterThan(1);
});

test("a reference brings options of its own, and its name leads to them again", async () => {
  await using provider = await testLocal();
  const model = await provider.model("smollm2-135m?ctx=512&threads=1&device=cpu&seed=3");
  expect(model.info.id).toBe("smollm2-135m?ctx=512&device=cpu&seed=3&threads=1");
  expect(model.info.maxRequestTokens).toBe(480);
  expect(String(await failure(provider.model("smollm2-135m?device=metal")))).toContain("could not be started on metal");
  expect(String(await failure(provider.model("smollm2-135m?template=/no/such.jinja")))).toContain("/no/such.jinja");
});
