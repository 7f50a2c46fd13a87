/** What a new session is to begin with, as the person chose it; what is left open is the server's to choose. */
import { createSignal } from "solid-js";
import type { Effort, SettingsPatch } from "../../agent/command.ts";
import { type ThinkingMode, thinkingSettings } from "../../server/slash-command.ts";

export interface Choice {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly effort?: Effort | undefined;
  readonly thinking?: ThinkingMode | undefined;
}

const [choice, setChoice] = createSignal<Choice>({});

export { choice, setChoice };

/** The choice as a `create` request says it. */
export function chosen({ provider, model, effort, thinking }: Choice = choice()): Chosen {
  const settings: SettingsPatch = {
    ...(thinking === undefined ? {} : thinkingSettings[thinking]),
    ...(effort === undefined ? {} : { effort }),
  };
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  };
}

interface Chosen {
  readonly provider?: string;
  readonly model?: string;
  readonly settings?: SettingsPatch;
}
