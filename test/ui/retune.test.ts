/** What is filled in, as commands. */
import { expect, test } from "bun:test";
import { emptyForm, modelNamed, retuneCommands } from "../../ui/state/retune.ts";

test("what is empty stays; model and knobs are one command, limits and status another", () => {
  expect(retuneCommands(emptyForm)).toEqual([]);
  expect(
    retuneCommands({ model: " anthropic  opus ", effort: "high", thinking: "off", rounds: "0", status: " in haste " }),
  ).toEqual([
    {
      type: "switch",
      provider: "anthropic",
      model: "opus",
      settings: { effort: "high", thinkingBudget: "none", thinkingOutput: "none" },
    },
    { type: "tune", maxRounds: null, status: "in haste" },
  ]);
  expect(retuneCommands({ ...emptyForm, rounds: "12" })).toEqual([{ type: "tune", maxRounds: 12 }]);
  expect([modelNamed("opus"), modelNamed(" ")]).toEqual([{ model: "opus" }, {}]);
});
