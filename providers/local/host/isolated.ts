/** The provider `local` in a child process behind the same contract. */
import { LocalModelError } from "../../../agent/error.ts";
import type { Provider } from "../../../agent/model.ts";
import type { Env } from "../../auth.ts";
import type { LocalOptions } from "../llama.ts";
import { HostedProvider } from "./hosted.ts";
import type { HostExit } from "./link.ts";
import { childEntry, startProcess } from "./process.ts";

export interface IsolatedOptions extends LocalOptions {
  /** Of this process; the child gets it without its secrets. */
  readonly env: Env;
  /** The program of the child; our own where absent. */
  readonly entry?: string;
  /** Told the process id of each child. */
  readonly onStart?: (pid: number) => void;
}

/** The child starts with the first model, and anew with the next call once it has crashed. */
export function createIsolated({ env, entry = childEntry, onStart, ...options }: IsolatedOptions): Provider {
  const start = (onMessage: Parameters<typeof startProcess>[0]["onMessage"]) => {
    const child = startProcess({ entry, env, onMessage });
    onStart?.(child.pid);
    return child;
  };
  return new HostedProvider({ ...options, name: "local", start, lost: crashError });
}

/** Crashes in a row that are no accident any more. */
const crashLoop = 3;

function crashError({ how, said, killed }: HostExit, times: number): LocalModelError {
  const often = times < crashLoop ? "" : `, ${times} times in a row now`;
  const why = said ? `: ${said}` : killed ? ": something killed it, as the system does when memory is short" : "";
  const again = "The model starts again with the next message";
  return new LocalModelError(`The process that ran the local model ended ${how}${often}${why}.`, {
    hint:
      times < crashLoop
        ? `What it had said is kept. ${again}.`
        : `Use a smaller window (?ctx=4096), the processor alone (?device=cpu), other weights or a model in the cloud. ${again}.`,
  });
}
