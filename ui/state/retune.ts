/** What a person fills in to change agents, or to begin one, as the commands for it. Pure. */
import type { Command, Effort } from "../../agent/command.ts";
import { type ThinkingMode, thinkingSettings } from "../../server/slash-command.ts";

/** What is empty stays as it is. */
export interface RetuneForm {
  /** `provider id`, or an id alone. */
  readonly model: string;
  readonly effort: Effort | "";
  readonly thinking: ThinkingMode | "";
  /** Rounds of tools for one message; `0` for no limit. */
  readonly rounds: string;
  readonly status: string;
}

export const emptyForm: RetuneForm = { model: "", effort: "", thinking: "", rounds: "", status: "" };

export function retuneCommands({ model, effort, thinking, rounds, status }: RetuneForm): readonly Command[] {
  const settings = {
    ...(effort === "" ? {} : { effort }),
    ...(thinking === "" ? {} : thinkingSettings[thinking]),
  };
  const change = { ...modelNamed(model), ...(Object.keys(settings).length > 0 ? { settings } : {}) };
  const limits = {
    ...(rounds === "" ? {} : { maxRounds: Number(rounds) || null }),
    ...(status.trim() === "" ? {} : { status: status.trim() }),
  };
  return [
    ...(Object.keys(change).length > 0 ? [{ type: "switch", ...change } as const] : []),
    ...(Object.keys(limits).length > 0 ? [{ type: "tune", ...limits } as const] : []),
  ];
}

export function modelNamed(text: string): { readonly provider?: string; readonly model?: string } {
  const words = text.trim().split(/\s+/);
  const model = words.pop() ?? "";
  const [provider] = words;
  return { ...(provider ? { provider } : {}), ...(model ? { model } : {}) };
}
