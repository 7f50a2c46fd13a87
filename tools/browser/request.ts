/** What an agent may ask of a browser. */
export const actions = [
  "open",
  "back",
  "forward",
  "reload",
  "snapshot",
  "read",
  "screenshot",
  "click",
  "type",
  "press",
  "select",
  "hover",
  "scroll",
  "wait",
  "evaluate",
  "console",
  "dialog",
  "upload",
  "emulate",
  "tab",
  "close",
] as const;

export interface Request {
  readonly action: (typeof actions)[number];
  readonly url?: string | undefined;
  readonly target?: string | undefined;
  readonly text?: string | undefined;
  readonly submit?: boolean | undefined;
  readonly full?: boolean | undefined;
  readonly accept?: boolean | undefined;
  readonly tab?: number | undefined;
  readonly files?: readonly string[] | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly scheme?: "light" | "dark" | undefined;
  readonly device?: string | undefined;
  readonly timeoutMs: number;
}
