/** The modes a program put a terminal into, such as the alternate screen, gathered from what it wrote. */

const esc = "\x1b";

/**
 * The private modes of xterm that outlive a line: cursor keys, wrap, cursor shown, alternate screens, mouse, focus, paste.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const lasting = new Set([1, 7, 25, 47, 1000, 1002, 1003, 1004, 1006, 1047, 1049, 2004]);
const alternateScreens = [47, 1047, 1049];

const change = new RegExp(`${esc}(?:c|\\[\\?([\\d;]{1,64})([hl]))`, "g");
const unfinished = new RegExp(`${esc}(?:\\[(?:\\?[\\d;]{0,64})?)?$`);

export class Modes {
  readonly #set = new Map<number, boolean>();
  /** The beginning of a sequence whose end has not come. */
  #rest = "";

  /** Reads on; a sequence may be cut anywhere between two calls. */
  take(bytes: Buffer): void {
    if (this.#rest === "" && !bytes.includes(esc)) return;
    const text = this.#rest + bytes.toString("latin1");
    for (const [, modes, end] of text.matchAll(change)) {
      if (modes === undefined) this.#set.clear();
      else for (const mode of modes.split(";").map(Number)) if (lasting.has(mode)) this.#set.set(mode, end === "h");
    }
    this.#rest = unfinished.exec(text)?.[0] ?? "";
  }

  copy(): Modes {
    const copy = new Modes();
    for (const [mode, isSet] of this.#set) copy.#set.set(mode, isSet);
    copy.#rest = this.#rest;
    return copy;
  }

  get isAlternateScreen(): boolean {
    return alternateScreens.some((mode) => this.#set.get(mode) === true);
  }

  /** What puts a terminal that was just reset into these modes. */
  toString(): string {
    return [...this.#set].map(([mode, isSet]) => `${esc}[?${mode}${isSet ? "h" : "l"}`).join("");
  }
}
