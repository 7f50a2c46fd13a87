/** A viewer of a terminal that keeps what it is shown, for tests. */
import type { Terminal } from "../../server/pty-terminal.ts";

export interface ViewedScreen extends Disposable {
  /** What is shown: all that came since the last reset. */
  readonly text: string;
  /** The length of all texts. */
  readonly given: number;
  readonly resets: number;
  /** The exits that were told. */
  readonly exits: readonly (number | null)[];
  /** Waits until this is shown behind what an earlier wait found. */
  see(wanted: RegExp): Promise<string>;
}

export interface ScreenOptions {
  /** How long it takes to acknowledge what came: 0. Infinity is never. */
  readonly ackAfterMs?: number;
}

export function view(terminal: Terminal, { ackAfterMs = 0 }: ScreenOptions = {}): ViewedScreen {
  const exits: (number | null)[] = [];
  let [text, given, resets, read] = ["", 0, 0, 0];
  const attachment = terminal.attach({
    data(more, reset) {
      given += more.length;
      resets += reset ? 1 : 0;
      text = reset ? more : text + more;
      if (reset) read = 0;
      const ack = () => attachment.ack(more.length);
      if (ackAfterMs === 0) queueMicrotask(ack);
      else if (ackAfterMs < Number.POSITIVE_INFINITY) setTimeout(ack, ackAfterMs);
    },
    exit: (code) => void exits.push(code),
  });
  return {
    get text() {
      return text;
    },
    get given() {
      return given;
    },
    get resets() {
      return resets;
    },
    exits,
    async see(wanted) {
      for (const endAt = performance.now() + 10_000; ; await Bun.sleep(5)) {
        const match = wanted.exec(text.slice(read));
        if (match) {
          read += match.index + match[0].length;
          return match[0];
        }
        if (performance.now() > endAt) throw new Error(`${wanted} is not shown: ${JSON.stringify(text.slice(-500))}`);
      }
    },
    [Symbol.dispose]: () => attachment[Symbol.dispose](),
  };
}

/** Waits until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (const endAt = performance.now() + 10_000; !holds(); await Bun.sleep(5)) {
    if (performance.now() > endAt) throw new Error(`It never came true: ${holds}`);
  }
}
