import { expect, test } from "bun:test";
import { AbortedError, ModelNotFoundError, UsageError } from "../../../../agent/error.ts";
import type { Message } from "../../../../agent/message.ts";
import { type Chunk, lowestSettings, type Model } from "../../../../agent/model.ts";
import { PromptTooLongError, RequestTooLargeError } from "../../../../agent/provider-error.ts";
import { errorData } from "../../../../providers/local/host/error-data.ts";
import { errorOf } from "../../../../providers/local/host/errors.ts";
import { mostAhead } from "../../../../providers/local/host/messages.ts";
import type { PullProgress } from "../../../../providers/local/pull.ts";
import { askModel, talk } from "../../../support/local-model.ts";
import { until } from "../../../support/until.ts";
import { failure, isolated, order, pidOf, untilGone } from "./rig.ts";

const request = (model: Model, text: string) => ({
  system: "",
  messages: talk(model, text),
  tools: [],
  settings: lowestSettings(model.info),
});
const never = new AbortController().signal;

test("chunks arrive one by one, whole and in order, for many calls at once", async () => {
  await using provider = isolated();
  const models = await Promise.all(["a", "b", "c"].map((name) => provider.model(name)));
  expect(models.map(({ info }) => info.id)).toEqual(["a", "b", "c"]);
  const answers = await Promise.all(models.map((model) => order(model, "count 500")));
  const expected = Array.from({ length: 500 }, (_, at): Chunk => ({ type: "text", text: `${at} ` }));
  for (const { chunks, last } of answers) {
    expect(chunks.slice(0, -1)).toEqual(expected);
    expect(last).toMatchObject({ type: "done", stopReason: "endTurn" });
  }
});

test("a reader who is slow holds the model up", async () => {
  await using provider = isolated();
  const [slow, other] = [await provider.model(), await provider.model()];
  const reading = slow.stream(request(slow, "count 5000"), never)[Symbol.asyncIterator]();
  await reading.next();
  const made = async () => Number((await order(other, "made")).text);
  await until(async () => (await made()) >= mostAhead);
  expect(await made()).toBeLessThan(mostAhead + 20);
  let rest = 0;
  for (let next = await reading.next(); !next.done; next = await reading.next()) rest++;
  expect(rest).toBe(5000);
});

test("an abort ends the call with its parts, also where the model was waiting for its reader", async () => {
  await using provider = isolated();
  const model = await provider.model();
  const stop = new AbortController();
  const chunks: Chunk[] = [];
  for await (const chunk of model.stream(request(model, "count 5000"), stop.signal)) {
    if (chunks.push(chunk) === 3) stop.abort();
  }
  const last = chunks.at(-1);
  const said = chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
  expect(last).toMatchObject({ type: "error", error: { code: "aborted" }, parts: [{ type: "text", text: said }] });
  expect(chunks.length).toBeLessThan(mostAhead + 10);
  expect((await failure(model, "count 1", AbortSignal.abort())).error).toBeInstanceOf(AbortedError);
});

test("a call whose reader leaves is stopped", async () => {
  await using provider = isolated();
  const model = await provider.model();
  for await (const chunk of model.stream(request(model, "count 100000"), never)) if (chunk.type === "text") break;
  const made = async () => Number((await order(model, "made")).text);
  const before = await made();
  expect(before).toBeLessThan(mostAhead + 20);
  expect(await made()).toBeLessThan(before + 5);
});

test("errors keep their class, their numbers and their hints", async () => {
  await using provider = isolated();
  const refused: unknown = await provider.model("wrong").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect(refused).toMatchObject({ message: "That is no name.", hint: "Use another." });
  const { error } = await failure(await provider.model(), "long");
  expect(error).toBeInstanceOf(PromptTooLongError);
  expect(error).toMatchObject({ retry: "overflow", actualTokens: 9, limitTokens: 8, provider: "x", detail: "9 > 8" });
  const missing = new ModelNotFoundError({ model: "m", provider: "local", known: ["k"] });
  expect(errorOf(errorData(missing), "m")).toBeInstanceOf(ModelNotFoundError);
  expect(errorData(new TypeError("odd"))).toEqual({ code: "local_model", message: "The model failed: odd" });
});

test("a conversation that is too big to carry over is refused here", async () => {
  await using provider = isolated();
  const model = await provider.model();
  const data = "x".repeat(130 * 2 ** 20);
  const file = { mime: "image/png", data };
  const messages: Message[] = [{ type: "user", id: "m1", at: 0, text: "See.", attachments: [file, file] }];
  const { last } = await askModel(model, { messages });
  expect(last.type === "error" && last.error).toBeInstanceOf(RequestTooLargeError);
});

test("the child has no secrets but the token for weights, and nothing of the directory's own settings", async () => {
  const env = { ...process.env, ANTHROPIC_API_KEY: "no", HF_TOKEN: "yes", XDG_CACHE_HOME: "/cache" };
  await using provider = isolated({ env });
  const model = await provider.model();
  const seen = await Promise.all(
    ["ANTHROPIC_API_KEY", "HF_TOKEN", "XDG_CACHE_HOME"].map((name) => order(model, `env ${name}`)),
  );
  expect(seen.map(({ text }) => text)).toEqual(["unset", "yes", "/cache"]);
});

test("news of downloads is passed on; the usual model is the one of the options", async () => {
  const news: PullProgress[] = [];
  await using provider = isolated({ model: "mine", onProgress: (progress) => news.push(progress) });
  expect((await provider.model()).info.id).toBe("mine");
  expect(news).toEqual([{ file: "mine.gguf", receivedBytes: 1, totalBytes: 2, source: "hub" }]);
});

test("closing a model stops its call and leaves the others; closing the provider ends the child", async () => {
  const provider = isolated();
  const [model, other] = [await provider.model(), await provider.model()];
  const pid = await pidOf(other);
  const running = failure(model, "wait");
  await until(async () => (await order(other, "count 1")).text !== "");
  await model.close();
  await model.close();
  expect((await running).code).toBe("aborted");
  expect((await failure(model, "count 1")).code).toBe("aborted");
  expect((await order(other, "count 1")).text).toBe("0 ");
  await provider.close();
  await provider.close();
  await untilGone(pid);
});
