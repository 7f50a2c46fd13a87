/** How fast a terminal's output is taken: as its viewers can show it. */

/** So many bytes is the fastest viewer behind when output has to wait, and when it goes on. */
const waitAt = 128 * 1024;
const goOnAt = 32 * 1024;
/** How long viewers that acknowledge nothing are waited for. */
const patienceMs = 1000;

/** Disposed of, it waits for nobody ever again. */
export class Pace implements Disposable {
  #waiting: { readonly timer: Timer; readonly over: Promise<void>; end(): void } | undefined;
  #isPatient = true;
  #isOver = false;

  /** Resolves when more output may be taken; undefined for at once. */
  get pause(): Promise<void> | undefined {
    return this.#waiting?.over;
  }

  /** `behind` is what the fastest viewer was not given yet, in bytes; infinite where there is none. */
  follow(behind: number): void {
    if (behind <= goOnAt || behind === Number.POSITIVE_INFINITY) this.#goOn();
    else if (behind >= waitAt && this.#isPatient && !this.#isOver) this.#wait();
  }

  /** A viewer showed that it is alive: it is worth waiting for. */
  trust(): void {
    this.#isPatient = true;
    this.#waiting?.timer.refresh();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#goOn();
  }

  #wait(): void {
    if (this.#waiting) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { timer: setTimeout(() => this.#giveUp(), patienceMs), over: promise, end: resolve };
  }

  #giveUp(): void {
    this.#isPatient = false;
    this.#goOn();
  }

  #goOn(): void {
    clearTimeout(this.#waiting?.timer);
    this.#waiting?.end();
    this.#waiting = undefined;
  }
}
