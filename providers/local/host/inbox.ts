/** What has come for one reader and is not read yet, in order. */
export interface Inbox<Item> extends AsyncIterable<Item> {
  push(item: Item): void;
  /** Behind what has come, the reader gets this error. */
  fail(error: unknown): void;
}

export function createInbox<Item>(): Inbox<Item> {
  const items: Item[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  return {
    push(item) {
      items.push(item);
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
        if (failure) throw failure.error;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
  };
}
