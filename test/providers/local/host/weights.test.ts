/** Real weights in a real child, beside the same in this process. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Chunk, lowestSettings, type Model, type Provider } from "../../../../agent/model.ts";
import { createIsolated } from "../../../../providers/local/host/isolated.ts";
import { createLocalProvider } from "../../../../providers/local/local.ts";
import { askModel, talk, testModel } from "../../../support/local-model.ts";

const options = { threads: 1, contextSize: 1024, seed: 1, device: "cpu" } as const;
let provider: Provider;
let model: Model;

beforeAll(async () => {
  provider = createIsolated({ ...options, env: process.env, model: await testModel() });
  model = await provider.model();
});

afterAll(() => provider.close());

/** Of the child that runs our program. */
function childPid(): number {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid=,args="]);
  const rows = stdout
    .toString()
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  const row = rows.find(
    ([, parent, ...args]) => parent === String(process.pid) && args.some((arg) => /host\/child\.ts$/.test(arg)),
  );
  return Number(row?.[0]);
}

test("answers chunk for chunk what the same model in this process answers, and reuses its prefix", async () => {
  await using here = await createLocalProvider({ ...options, isolate: false, model: await testModel() }, {});
  const inProcess = await here.model();
  expect(model.info).toEqual(inProcess.info);
  const question = { messages: talk(model, "What is the capital of France?"), maxOutputTokens: 12 };
  const [theirs, ours] = [await askModel(inProcess, question), await askModel(model, question)];
  expect(ours.chunks).toEqual(theirs.chunks);
  const second = {
    messages: talk(model, "What is the capital of France?", ours.text, "And of Spain?"),
    maxOutputTokens: 2,
  };
  const { last } = await askModel(model, second);
  expect(last.usage).toEqual((await askModel(inProcess, second)).last.usage);
  expect(last.usage?.cacheRead).toBeGreaterThan(30);
});

test("estimates what the tokenizer counts to a quarter, whatever the text", async () => {
  await using here = await createLocalProvider(
    { ...options, model: await testModel() },
    { SAGENT_LOCAL_IN_PROCESS: "1" },
  );
  const exact = await here.model();
  const texts = [
    await Bun.file(`${import.meta.dir}/../../../../agent/context.ts`).text(),
    await Bun.file(`${import.meta.dir}/../../../../docs/local-models.md`).text(),
    await Bun.file(`${import.meta.dir}/../../../../package.json`).text(),
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた。",
  ];
  for (const text of texts) {
    const counted = exact.estimateText(text);
    expect(model.estimateText(text)).toBeWithin(counted * 0.75, counted * 1.25);
  }
  expect(model.estimateText("")).toBe(0);
  expect(model.estimateAttachment({ mime: "image/png", data: "AAAA" })).toBeGreaterThan(10);
});

test("a segmentation fault in the middle of an answer costs that answer, and the model is there again", async () => {
  const pid = childPid();
  const chunks: Chunk[] = [];
  const messages = talk(model, "Tell me a long story about a ship.");
  const request = { system: "", messages, tools: [], settings: lowestSettings(model.info), temperature: 0 };
  for await (const chunk of model.stream(request, new AbortController().signal)) {
    if (chunks.push(chunk) === 3) process.kill(pid, "SIGSEGV");
  }
  const text = chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
  expect(chunks.at(-1)).toMatchObject({
    type: "error",
    error: { code: "local_model", message: "The process that ran the local model ended with SIGSEGV." },
    parts: [{ type: "text", text }],
  });
  expect((await askModel(model, { messages: talk(model, "What is the capital of France?") })).text).toContain("Paris");
  expect(childPid()).not.toBe(pid);
});
