/** What a key press means. */
import { expect, test } from "bun:test";
import { keysOf, shownKeys } from "../../ui/state/actions.ts";

/** What of an event counts; Bun has no keyboard events of its own. */
function press(
  key: string,
  code: string,
  held: Partial<Record<"ctrlKey" | "altKey" | "shiftKey", boolean>> = {},
): string {
  const event = Object.assign(
    new Event("keydown"),
    { key, code, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false },
    held,
  );
  return keysOf(event as KeyboardEvent);
}

test("keys are written one way, whatever letter the system makes of them", () => {
  expect(press("k", "KeyK", { ctrlKey: true })).toBe("mod+k");
  expect(press("F", "KeyF", { ctrlKey: true, shiftKey: true })).toBe("mod+shift+f");
  expect(press("å", "KeyA", { altKey: true })).toBe("alt+a");
  expect(press("Ï", "KeyF", { altKey: true, shiftKey: true })).toBe("alt+shift+f");
  expect(press("1", "Digit1", { altKey: true })).toBe("alt+1");
  expect(press("?", "Slash", { shiftKey: true })).toBe("?");
  expect(press("Delete", "Delete", { altKey: true, shiftKey: true })).toBe("alt+shift+delete");
  expect(shownKeys("mod+shift+f").at(-1)).toBe("F");
});
