/** The first signal asks the work to end; the second ends the process at once. */
import { type StopSignal, signalCodes } from "./exit.ts";
import { isTerminal } from "./stdio.ts";

export interface Stop extends Disposable {
  /** Resolves at the first signal. */
  readonly asked: Promise<StopSignal>;
  /** The signal that came, if one did. */
  readonly signal: StopSignal | undefined;
}

export function watchSignals(): Stop {
  let signal: StopSignal | undefined;
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  const handlers = watched().map((name) => {
    const handler = () => {
      if (signal !== undefined) process.exit(signalCodes[name]);
      signal = name;
      resolve(name);
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return {
    asked: promise,
    get signal() {
      return signal;
    },
    [Symbol.dispose]: () => {
      for (const remove of handlers) remove();
    },
  };
}

/** A closing terminal ends the work too, but not work that `nohup` took off its terminal. */
function watched(): StopSignal[] {
  return isTerminal("stderr") ? ["SIGINT", "SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM"];
}
