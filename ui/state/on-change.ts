/** Does something when a value has become another; not for the first one. */
import { createEffect, on } from "solid-js";

export function onChange(value: () => unknown, run: () => void): void {
  createEffect(on(value, () => run(), { defer: true }));
}
