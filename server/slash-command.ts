/** The words of `slash.ts`: what a command that begins with `/` is, and what it can ask for. Browser-safe. */
import { type Command, efforts, type SettingsPatch } from "../agent/command.ts";

/** What an argument names, and so what completes it. `text` is all the rest of the line. */
export type ArgumentKind = "agent" | "call" | "model" | "session" | "text" | Choice;

export type Choice = keyof typeof choices;

/** The arguments whose values are known beforehand. */
export const choices = {
  effort: efforts,
  thinking: ["adaptive", "on", "off", "redact"],
  format: ["markdown", "json", "html"],
  theme: ["system", "light", "dark"],
} as const;

export type ThinkingMode = (typeof choices.thinking)[number];
export type ExportFormat = (typeof choices.format)[number];
export type Theme = (typeof choices.theme)[number];

/** What a thinking mode asks of a model; the two knobs are offered together or not at all. */
export const thinkingSettings = {
  adaptive: { thinkingBudget: "auto", thinkingOutput: "text" },
  on: { thinkingBudget: "fixed", thinkingOutput: "text" },
  off: { thinkingBudget: "none", thinkingOutput: "none" },
  redact: { thinkingBudget: "auto", thinkingOutput: "redacted" },
} as const satisfies Record<ThinkingMode, SettingsPatch>;

interface Local<Name extends string> {
  readonly type: "local";
  readonly name: Name;
}

/** What every surface does by itself. */
export type Shared =
  | Local<"help" | "model" | "agents" | "cost" | "reload">
  /** `agent` absent: the one that the person talks to. */
  | (Local<"status"> & { readonly agent?: string })
  /** A child of the agent that the person talks to, which stays. */
  | (Local<"spawn"> & { readonly label: string; readonly text: string });

/** What each surface does by itself, with no command to an agent. */
export interface LocalOf {
  /** `text` may begin with the name of a question; else it answers the oldest. */
  readonly terminal: Shared | Local<"quit"> | (Local<"answer"> & { readonly text: string });
  readonly page:
    | Shared
    | Local<"new" | "fork">
    | (Local<"resume"> & { readonly session?: string })
    | (Local<"rename"> & { readonly title: string })
    | (Local<"export"> & { readonly format: ExportFormat })
    | (Local<"theme"> & { readonly theme: Theme });
}

export type Surface = keyof LocalOf;

export type ActionWith<Own> =
  /** `target` absent: the agent that the person talks to. */
  | { readonly type: "command"; readonly target?: string; readonly command: Command }
  | { readonly type: "error"; readonly text: string }
  /** A command that the project, a plug-in or the person wrote: the whole line. */
  | { readonly type: "own"; readonly line: string }
  | Own;

/** What a line asks for. */
export type Action<On extends Surface = Surface> = ActionWith<LocalOf[On]>;

export interface SlashCommand<Own = LocalOf[Surface]> {
  readonly name: `/${string}`;
  readonly alias?: `/${string}`;
  /** The arguments as the help shows them; empty for none. */
  readonly usage: string;
  readonly help: string;
  /** What the arguments name, in their order. */
  readonly args: readonly ArgumentKind[];
  /** `text` is what stands behind the name, as it was typed, without the white space around it. */
  parse(text: string): ActionWith<Own>;
}
