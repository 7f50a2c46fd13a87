import { expect, test } from "bun:test";
import type { Model } from "../../../agent/model.ts";
import { type Answer, askModel, talk, testLocal } from "../../support/local-model.ts";

const system = "You are brief and kind. ".repeat(6);
const ask = (model: Model, ...texts: string[]) =>
  askModel(model, { system, messages: talk(model, ...texts), maxOutputTokens: 6 });

function usageOf({ last }: Answer) {
  if (last.type !== "done") throw new Error(`The answer ended with ${last.type}`);
  return last.usage;
}

/** Tokens that its sequence holds; the last one of an answer that was cut was not evaluated. */
function heldBy(answer: Answer | undefined): number {
  if (answer?.last.type !== "done") throw new Error("The answer failed");
  const { input, cacheRead, output } = answer.last.usage;
  return input + cacheRead + output - (answer.last.stopReason === "maxTokens" ? 1 : 0);
}

test("models on one load of weights answer at once, and each goes on from what it evaluated", async () => {
  await using provider = await testLocal({ contextSize: 512 });
  const models = await Promise.all(Array.from({ length: 5 }, () => provider.model()));
  const question = (index: number) => `Name a thing with ${index} legs.`;
  const first = await Promise.all(models.map((model, index) => ask(model, question(index))));
  const second = await Promise.all(
    models.map((model, index) => ask(model, question(index), first[index]?.text ?? "", "And another?")),
  );
  expect(second.map((answer) => usageOf(answer).cacheRead)).toEqual(first.map(heldBy));
  expect(new Set(first.map((answer) => usageOf(answer).input + usageOf(answer).cacheRead)).size).toBe(1);
});

test("with fewer sequences than models they take turns, first come first served, and what was lost is evaluated again", async () => {
  await using provider = await testLocal({ contextSize: 512, sequences: 1 });
  const models = await Promise.all([provider.model(), provider.model(), provider.model()]);
  const order: number[] = [];
  const answers = await Promise.all(
    models.map(async (model, index) => {
      const answer = await ask(model, `Say ${index}.`);
      order.push(index);
      return answer;
    }),
  );
  expect(order).toEqual([0, 1, 2]);
  const [lost, , kept] = models;
  if (!lost || !kept) throw new Error("there are three");
  const again = usageOf(await ask(kept, "Say 2.", answers[2]?.text ?? "", "More."));
  expect(again.cacheRead).toBe(heldBy(answers[2]));
  const anew = usageOf(await ask(lost, "Say 0.", answers[0]?.text ?? "", "More."));
  expect(anew.cacheRead).toBeLessThan(heldBy(answers[0]));
  expect(anew.input + anew.cacheRead).toBe(again.input + again.cacheRead);
});

test("a sequence whose model is closed serves the next, with the beginning that they share", async () => {
  await using provider = await testLocal({ contextSize: 512, sequences: 1 });
  const first = await provider.model();
  await ask(first, "Hello.");
  await first.close();
  const { cacheRead } = usageOf(await ask(await provider.model(), "Hello."));
  expect(cacheRead).toBeGreaterThan(30);
});

test("where the memory has room for one conversation only, models take turns", async () => {
  const loads: number[] = [];
  const onLoad = ({ memoryBytes }: { memoryBytes: number }) => loads.push(memoryBytes);
  await using provider = await testLocal({ memoryBytes: 230e6, onLoad });
  const models = await Promise.all([provider.model(), provider.model()]);
  const order: number[] = [];
  await Promise.all(
    models.map(async (model, index) => {
      await ask(model, "Hello.");
      order.push(index);
    }),
  );
  expect(order).toEqual([0, 1]);
  expect(Math.max(...loads)).toBeLessThan(230e6);
});
