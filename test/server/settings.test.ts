import { expect, test } from "bun:test";
import { SettingError } from "../../agent/error.ts";
import type { ModelSettings } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { type Knobs, settingsOf } from "../../server/settings.ts";

const opus = resolveModel("anthropic", "opus-5.5");
const sol = resolveModel("openai", "sol-6.1");
const none = { effort: undefined, thinking: undefined };

const meanings: [Partial<Knobs>, Partial<ModelSettings>][] = [
  [{}, {}],
  [{ effort: "max" }, { effort: "max" }],
  [{ thinking: "default" }, {}],
  [{ thinking: "adaptive" }, { thinkingBudget: "auto", thinkingOutput: "text" }],
  [{ thinking: "off" }, { thinkingBudget: "none", thinkingOutput: "none", effort: "none" }],
  [{ thinking: "redact" }, { thinkingBudget: "auto", thinkingOutput: "redacted" }],
  [
    { thinking: "off", effort: "low" },
    { thinkingBudget: "none", thinkingOutput: "none", effort: "low" },
  ],
];
test.each(meanings)("%j", (knobs, settings) => {
  expect(settingsOf({ ...none, ...knobs }, opus)).toEqual(settings);
});

test("thinking off is the lowest effort of a model that has no way to turn it off", () => {
  expect(settingsOf({ ...none, thinking: "off" }, sol)).toMatchObject({ effort: "low" });
});

test("what the model does not offer is refused with what it offers", () => {
  expect(() => settingsOf({ ...none, thinking: "on" }, opus)).toThrow(SettingError);
  const message = (knobs: Partial<Knobs>, info = opus) => {
    try {
      settingsOf({ ...none, ...knobs }, info);
    } catch (error) {
      return error instanceof SettingError ? `${error.message} ${error.hint}` : error;
    }
  };
  expect(message({ effort: "min" })).toBe(
    'opus-5.5 does not offer effort "min". It offers: none, low, medium, high, xhigh, max.',
  );
  expect(message({ thinking: "on" })).toBe(
    'opus-5.5 does not offer thinking "on". It offers: default, adaptive, off, redact.',
  );
  expect(message({ thinking: "redact" }, sol)).toBe(
    'sol-6.1 does not offer thinking "redact". It offers: default, adaptive, off.',
  );
});
