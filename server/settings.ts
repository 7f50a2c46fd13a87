/** The knobs of a model as flags: `--effort` and `--thinking`. */
import type { SettingsPatch } from "../agent/command.ts";
import { SettingError } from "../agent/error.ts";
import { type Effort, efforts, type ModelInfo, type ModelSettings } from "../agent/model.ts";
import { choices, type ThinkingMode as SlashMode, thinkingSettings } from "./slash-command.ts";

const slashModes = choices.thinking;

const modes = { default: {}, ...thinkingSettings } as const satisfies Record<string, Partial<ModelSettings>>;

export type ThinkingMode = keyof typeof modes;
export const thinkingModes = Object.keys(modes) as ThinkingMode[];

/** What the flags say, where they say anything. */
export interface Knobs {
  readonly effort: Effort | undefined;
  readonly thinking: ThinkingMode | undefined;
}

/** The settings that the flags mean. Throws `SettingError` for what the model does not offer. */
export function settingsOf({ effort, thinking }: Knobs, info: ModelInfo): Partial<ModelSettings> {
  const model = info.id;
  if (effort !== undefined && info.efforts.length > 0 && !info.efforts.includes(effort)) {
    throw new SettingError({ model, name: "effort", value: effort, allowed: info.efforts });
  }
  if (thinking !== undefined && !offers(info, thinking)) {
    const allowed = thinkingModes.filter((mode) => offers(info, mode));
    throw new SettingError({ model, name: "thinking", value: thinking, allowed });
  }
  const lowest = info.efforts[0] ?? efforts[0];
  return {
    ...(thinking === undefined ? {} : modes[thinking]),
    ...(thinking === "off" ? { effort: lowest } : {}),
    ...(effort === undefined ? {} : { effort }),
  };
}

/** The same in the words of the flags; what a patch leaves as it is is absent. */
export function knobsOf({ effort, thinkingBudget, thinkingOutput }: SettingsPatch): Partial<Knobs> {
  const thinking = slashModes.find((mode) => {
    const means = thinkingSettings[mode];
    return means.thinkingBudget === thinkingBudget && means.thinkingOutput === thinkingOutput;
  });
  return { ...(effort === undefined ? {} : { effort }), ...(thinking === undefined ? {} : { thinking }) };
}

/** The ways of thinking that a model offers, where there is a choice. */
export function thinkingOf(info: ModelInfo): SlashMode[] {
  const offered = slashModes.filter((mode) => offers(info, mode));
  return offered.length > 1 ? offered : [];
}

function offers(info: ModelInfo, mode: ThinkingMode): boolean {
  const { thinkingBudget, thinkingOutput }: Partial<ModelSettings> = modes[mode];
  const has = <T>(value: T | undefined, offered: readonly T[]) =>
    value === undefined || offered.length === 0 || offered.includes(value);
  return has(thinkingBudget, info.budgetModes) && has(thinkingOutput, info.thinkingOutputs);
}
