/** A table that grows, in an element: a row is made once its line is whole, and only the last one is made again. */
import { safeHtml } from "./safe.ts";

export class GrowingTable {
  readonly #table: HTMLTableElement;
  #body = document.createElement("tbody");
  #head = "";
  /** What rows were made of, without its last line break. */
  #made = "";
  #partial: readonly Element[] = [];

  constructor(table: HTMLTableElement) {
    this.#table = table;
  }

  /** `source` has its head in the first two lines. Of a `live` one the last line may be half. */
  update(source: string, live: boolean): void {
    if (this.#head === "" || !source.startsWith(this.#made)) this.#begin(source);
    const end = live ? source.lastIndexOf("\n") : source.length;
    for (const row of this.#partial) row.remove();
    if (end > this.#made.length) {
      this.#body.append(...this.#rows(source.slice(this.#made.length, end)));
      this.#made = source.slice(0, end);
    }
    this.#partial = this.#rows(source.slice(this.#made.length));
    this.#body.append(...this.#partial);
  }

  #begin(source: string): void {
    this.#head = source.split("\n", 2).join("\n");
    this.#made = this.#head;
    this.#body = document.createElement("tbody");
    this.#table.replaceChildren(...elements(this.#head, "thead"), this.#body);
  }

  #rows(lines: string): readonly Element[] {
    return lines.trim() === "" ? [] : elements(`${this.#head}\n${lines.replace(/^\n/, "")}`, "tbody > tr");
  }
}

function elements(markdown: string, selector: string): readonly Element[] {
  const holder = document.createElement("template");
  holder.innerHTML = safeHtml(markdown);
  return [...holder.content.querySelectorAll(selector)];
}
