import { expect, test } from "bun:test";
import { noUsage } from "../../agent/message.ts";
import { freshHome, resultOf } from "../server/program.ts";
import { startFakeProvider } from "../support/fake-provider.ts";

/** Costs $0.40 at the default model's $20 a million. */
const dear = {
  parts: [{ text: "I look." }, { call: "Bash", args: { command: "echo looked" } }],
  usage: { ...noUsage, output: 20_000 },
};
const budget = ["-p", "Look.", "--max-budget-usd", "0.50"];

test("a cap of $0.50 and calls of $0.40: one answer is kept, the second call is never sent", async () => {
  await using fake = await startFakeProvider([dear, dear]);
  using home = freshHome(fake);
  const finished = await home.run([...budget, "--output-format", "json"]);
  const result = resultOf(finished);
  expect({ code: finished.code, requests: fake.requests.length }).toEqual({ code: 3, requests: 1 });
  expect(result).toMatchObject({ content: "I look.", reason: "budget", rounds: 1, usage: { output: 20_000 } });
  expect(result.costUsd).toBeCloseTo(0.4, 9);
  expect(result.error).toMatchObject({
    code: "budget",
    message: expect.stringMatching(
      /^The budget of \$0\.50 has \$0\.10+ left and the next call may cost \$0\.\d\d; it was not sent\.$/,
    ),
  });
  expect(fake.problems).toEqual([]);
});

test("as text, what was paid for is printed and the refusal is a sentence", async () => {
  await using fake = await startFakeProvider([dear, dear]);
  using home = freshHome(fake);
  const { code, stdout, stderr } = await home.run(budget);
  expect({ code, stdout, requests: fake.requests.length }).toEqual({ code: 3, stdout: "I look.\n", requests: 1 });
  expect(stderr).toMatch(/^sagent: The budget of .*\n {2}Raise --max-budget-usd, .*\n$/);
});

test("a first call that could cost too much is not sent either", async () => {
  await using fake = await startFakeProvider([dear]);
  using home = freshHome(fake);
  const { code, stdout } = await home.run(["-p", "Look.", "--max-budget-usd", "0.01"]);
  expect({ code, stdout, requests: fake.requests.length }).toEqual({ code: 3, stdout: "", requests: 0 });
});
