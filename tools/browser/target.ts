/** What a model points at in a page: by the ref of a snapshot, by a selector, or by its words. */
import type { Frame, Locator, Page } from "playwright-core";
import { oneLine } from "../output.ts";

/** Nothing, or nothing certain, is where it points; `message` is a sentence. */
export class TargetError extends Error {}

const refPattern = /^(?:ref=|aria-ref=)?((?:f\d+)?e\d+)$/;
const selectorPattern = /^(?:[#.[]|\w+(?:[#.[]|\s*>)|xpath=|\/\/)/;

/** The one element meant; among several the first that is seen. Throws `TargetError`. */
export async function find(page: Page, target: string): Promise<Locator> {
  const [, ref] = refPattern.exec(target.trim()) ?? [];
  if (ref !== undefined) {
    const found = page.locator(`aria-ref=${ref}`);
    if ((await found.count().catch(() => 0)) > 0) return found;
    throw new TargetError(
      `There is no ${ref} in the page as it is now. Take a new snapshot; refs change with the page.`,
    );
  }
  if (target.startsWith("css=") || selectorPattern.test(target)) return await bySelector(page, target);
  return await byWords(page, target);
}

async function bySelector(page: Page, target: string): Promise<Locator> {
  const all = page.locator(target);
  const count = await all.count().catch((error: unknown) => {
    throw new TargetError(`${oneLine(target)} is not a selector that can be used: ${firstLine(error)}`);
  });
  if (count === 0) throw new TargetError(`Nothing in the page fits the selector ${oneLine(target)}.`);
  return await firstSeen(all, count);
}

/** By what it is called, exactly before in part: controls before mere text, in the frames of the page too. */
async function byWords(page: Page, target: string): Promise<Locator> {
  for (const frame of page.frames()) {
    for (const exact of [true, false]) {
      for (const all of named(frame, target, exact)) {
        const count = await all.count().catch(() => 0);
        if (count > 0) return await firstSeen(all, count);
      }
    }
  }
  throw new TargetError(
    `Nothing in the page is called ${JSON.stringify(oneLine(target))}. Take a snapshot for what there is.`,
  );
}

function named(frame: Frame, name: string, exact: boolean): Locator[] {
  const roles = ["button", "link", "textbox", "checkbox", "radio", "combobox", "tab", "menuitem", "option"] as const;
  const controls = roles.map((role) => frame.getByRole(role, { name, exact }));
  const [first = frame.getByText(name, { exact }), ...others] = controls;
  const anyControl = others.reduce((all, each) => all.or(each), first);
  return [
    anyControl,
    frame.getByLabel(name, { exact }),
    frame.getByPlaceholder(name, { exact }),
    frame.getByText(name, { exact }),
  ];
}

async function firstSeen(all: Locator, count: number): Promise<Locator> {
  for (let at = 0; at < Math.min(count, 20); at++) {
    if (
      await all
        .nth(at)
        .isVisible()
        .catch(() => false)
    )
      return all.nth(at);
  }
  return all.first();
}

/** The first line of what playwright says, without its own name for the call and a stop at the end. */
export function firstLine(error: unknown): string {
  const text = Bun.stripANSI(error instanceof Error ? error.message : String(error));
  return oneLine(text.split("\n")[0] ?? "", 300)
    .replace(/^[\w.]+: /, "")
    .replace(/\.+$/, "");
}
