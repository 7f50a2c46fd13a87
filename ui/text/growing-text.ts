/** A text that grows, in an element: only what is new is added, and only the last few lines are laid out again. */
import { revealed } from "../state/plain.ts";

/** Each part is a block of its own. */
const partLines = 50;

export class GrowingText {
  readonly #element: Element;
  #text = "";
  #part: Text | undefined;
  #lines = 0;

  constructor(element: Element) {
    this.#element = element;
  }

  update(text: string): void {
    if (!text.startsWith(this.#text)) {
      this.#element.replaceChildren();
      this.#part = undefined;
      this.#text = "";
    }
    const lines = revealed(text.slice(this.#text.length)).split("\n");
    this.#text = text;
    for (const [index, line] of lines.entries()) {
      if (index > 0) this.#break();
      if (line !== "") this.#last().appendData(line);
    }
  }

  /** The end of a part ends its last line. */
  #break(): void {
    if (this.#lines + 1 < partLines) {
      this.#last().appendData("\n");
      this.#lines += 1;
    } else {
      const part = this.#last();
      // An empty last line has no height unless its own end is there.
      if (part.data === "" || part.data.endsWith("\n")) part.appendData("\n");
      this.#part = undefined;
    }
  }

  #last(): Text {
    if (this.#part) return this.#part;
    const block = document.createElement("span");
    block.className = "part";
    this.#part = document.createTextNode("");
    block.append(this.#part);
    this.#element.append(block);
    this.#lines = 0;
    return this.#part;
  }
}
