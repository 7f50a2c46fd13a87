/** What the composer's field does on keys: completions, history, and what sends. */
import { createEffect, createSignal } from "solid-js";
import { completed } from "../state/complete.ts";
import { type Completions, createCompletions } from "../state/completing.ts";
import { type FieldState, type Meaning, meaningOf } from "../state/composer-keys.ts";
import type { Composing } from "../state/composing.ts";
import { historyOf, stepBack, type Walk } from "../state/history.ts";
import type { Store } from "../state/store.ts";
import { replaceText } from "./replace-text.ts";

/** In px, as the style has it. */
const lineHeight = 22;

export class FieldControl {
  readonly completions: Completions;
  /** Set once they are there: the field, and in its mirror where the word or the caret is, and the end. */
  area: HTMLTextAreaElement | undefined;
  marker: HTMLSpanElement | undefined;
  end: HTMLSpanElement | undefined;
  readonly #composing: Composing;
  readonly #store: Store;
  readonly #caret = createSignal<number>();
  readonly #walk = createSignal<Walk>();

  constructor(composing: Composing, store: Store) {
    this.#composing = composing;
    this.#store = store;
    this.completions = createCompletions(store, () => this.text, this.#caret[0]);
    createEffect(() => composing.setChoosing(this.completions.wanted() !== undefined));
  }

  get text(): string {
    return this.#composing.draft().text;
  }

  /** Where the mirror is marked: at the word that is completed, else at the caret. */
  get mark(): number {
    const at = this.completions.wanted()?.from ?? this.#caret[0]() ?? this.area?.selectionStart ?? 0;
    return Math.min(at, this.text.length);
  }

  noteCaret(): void {
    const { area } = this;
    const isHere = area && document.activeElement === area && area.selectionStart === area.selectionEnd;
    this.#caret[1](isHere && !this.#walk[0]() ? area.selectionStart : undefined);
  }

  endWalk(): void {
    this.#walk[1](undefined);
  }

  input(text: string): void {
    this.endWalk();
    this.#composing.write(text);
    this.noteCaret();
  }

  press(event: KeyboardEvent): void {
    const { area } = this;
    const meaning = area && meaningOf(event, this.#state(area));
    if (!area || !meaning || meaning === "newLine") return;
    const isWhole = meaning === "choose" && event.key === "Enter" && this.#isWhole();
    if (!this.#perform(isWhole ? "send" : meaning, area)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(index: number): void {
    const { area, completions } = this;
    const [wanted, candidate] = [completions.wanted(), completions.list()[index]];
    if (!wanted || !candidate || !area) return;
    const { text, caret } = completed(area.value, wanted, candidate);
    const behind = area.value.length - wanted.to;
    replaceText(area, wanted.from, wanted.to, text.slice(wanted.from, text.length - behind));
    area.setSelectionRange(caret, caret);
  }

  #state(area: HTMLTextAreaElement): FieldState {
    const { marker, end, completions } = this;
    return {
      before: area.selectionStart === area.selectionEnd ? area.value.slice(0, area.selectionStart) : undefined,
      mode: this.#composing.mode(),
      hasContent: this.#composing.hasContent(),
      isChoosing: completions.wanted() !== undefined,
      isWalking: this.#walk[0]() !== undefined,
      get isFirstLine() {
        return (marker?.offsetTop ?? 0) < lineHeight;
      },
      get isLastLine() {
        return (end?.offsetTop ?? 0) - (marker?.offsetTop ?? 0) < lineHeight / 2;
      },
    };
  }

  /** False where the key shall do what it always does. */
  #perform(meaning: Exclude<Meaning, "newLine">, area: HTMLTextAreaElement): boolean {
    switch (meaning) {
      case "continueLine":
        replaceText(area, area.selectionStart - 1, area.selectionStart, "\n");
        return true;
      case "send":
      case "queue":
        this.endWalk();
        this.#composing.send(meaning === "queue" ? "when-idle" : "now");
        return true;
      case "halt":
        this.#composing.halt();
        return true;
      case "older":
        return this.#recall(1, area);
      case "newer":
        return this.#recall(-1, area);
      case "choose":
        this.choose(this.completions.index());
        return true;
      case "nextChoice":
        return this.#step(1);
      case "lastChoice":
        return this.#step(-1);
      case "closeChoices":
        this.completions.close();
        return true;
    }
  }

  #recall(by: 1 | -1, area: HTMLTextAreaElement): boolean {
    const walk = this.#walk[0]() ?? { back: 0, own: this.text };
    const step = stepBack(historyOf(this.#store.hello?.project ?? ""), walk, by);
    if (!step) return false;
    this.#walk[1](step.walk.back === 0 ? undefined : step.walk);
    this.#composing.write(step.text);
    area.setSelectionRange(step.text.length, step.text.length);
    return true;
  }

  #step(by: 1 | -1): boolean {
    const { completions } = this;
    const count = completions.list().length;
    completions.setIndex((completions.index() + by + count) % count);
    return true;
  }

  /** The word is what the chosen candidate would make of it: there is nothing to choose. */
  #isWhole(): boolean {
    const [wanted, candidate] = [this.completions.wanted(), this.completions.list()[this.completions.index()]];
    return this.text.slice(wanted?.from, wanted?.to) === candidate?.insert.trim();
  }
}
