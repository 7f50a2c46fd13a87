/** Exit codes: 0 done, 1 failed, 2 wrong usage, 3 budget reached, 129 hung up, 130 interrupted, 143 terminated. */
import type { ErrorInfo } from "../agent/error.ts";

export const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof signalCodes;

export function exitCode(error: ErrorInfo | undefined): number {
  if (!error) return 0;
  if (error.code === "usage") return 2;
  return error.code === "budget" ? 3 : 1;
}
