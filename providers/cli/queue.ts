/** Items that arrive on their own time and are taken one by one; nothing is lost between two readers. */
export class Queue<Item> {
  readonly #items: Item[] = [];
  #arrived = Promise.withResolvers<void>();

  push(item: Item): void {
    this.#items.push(item);
    this.#arrived.resolve();
  }

  take(): Item | undefined {
    const item = this.#items.shift();
    if (this.#items.length === 0) this.#arrived = Promise.withResolvers();
    return item;
  }

  /** Whether such an item waits to be taken. */
  has(fits: (item: Item) => boolean): boolean {
    return this.#items.some(fits);
  }

  /** Resolves as soon as there is something to take. */
  ready(): Promise<void> {
    return this.#items.length > 0 ? Promise.resolve() : this.#arrived.promise;
  }
}
