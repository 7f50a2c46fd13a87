/** The knobs of a model: what a patch makes of them, and what a change of model does to them. */
import type { SettingsPatch } from "./command.ts";
import { SettingError } from "./error.ts";
import { adoptSettings, type ModelInfo, type ModelSettings } from "./model.ts";

/** A patch without what it leaves as it is. */
export function defined(patch: SettingsPatch): Partial<ModelSettings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

/**
 * The settings that a model begins with: those so far that it offers, the lowest rung in place of the others, and the
 * patch. Throws `SettingError` for a patch that asks for what it does not offer.
 */
export function settingsFor(info: ModelInfo, before: ModelSettings, patch: SettingsPatch = {}): ModelSettings {
  const settings = { ...adoptSettings(before, info), ...defined(patch) };
  for (const name of knobs) {
    const allowed = offered(info, name);
    if (allowed.length === 0 || allowed.includes(settings[name])) continue;
    throw new SettingError({ model: info.id, name, value: String(settings[name]), allowed: allowed.map(String) });
  }
  return settings;
}

/** Every knob whose value differs, as `effort is low (was high)`. */
export function settingChanges(before: ModelSettings, after: ModelSettings): string[] {
  return knobs
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} is ${after[name]} (was ${before[name]})`);
}

const knobs = ["effort", "thinkingBudget", "thinkingOutput", "tier", "cacheTtlSec"] as const;

function offered(info: ModelInfo, name: keyof ModelSettings): readonly (string | number)[] {
  switch (name) {
    case "effort":
      return info.efforts;
    case "thinkingBudget":
      return info.budgetModes;
    case "thinkingOutput":
      return info.thinkingOutputs;
    case "tier":
      return info.tiers;
    case "cacheTtlSec":
      return info.cacheTtlSec;
  }
}
