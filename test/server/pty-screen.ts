/** A viewer of a terminal that keeps what it is shown, for tests. */
import type { Terminal } from "../../server/pty-terminal.ts";

export interface ViewedScreen extends Disposable {
  /** What is shown: all that came since the last reset. */
  readonly text: string;
  /** The length of all texts. */
  readonly given: number;
  readonly resets: number;
  /** Undefined until the exit is told. */
  readonly exits: (number | null)[];
  ack(length: number): void;
  /** Waits until this is shown behind what an earlier wait found. */
  see(wanted: RegExp): Promise<string>;
}

export interface ScreenOptions {
  /** Acknowledges everything once it came. */
  readonly acks?: boolean;
}

export function view(terminal: Terminal, { acks = true }: ScreenOptions = {}): ViewedScreen {
  const exits: (number | null)[] = [];
  let [text, given, resets, read] = ["", 0, 0, 0];
  const attachment = terminal.attach({
    data(more, reset) {
      given += more.length;
      resets += reset ? 1 : 0;
      text = reset ? more : text + more;
      if (reset) read = 0;
      if (acks) queueMicrotask(() => attachment.ack(more.length));
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
    ack: (length) => attachment.ack(length),
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
