/** Talks to models of the scripted child. */
import { join } from "node:path";
import type { DraftPart, Model } from "../../../../agent/model.ts";
import { createIsolated, type IsolatedOptions } from "../../../../providers/local/host/isolated.ts";
import { askModel, talk } from "../../../support/local-model.ts";
import { until } from "../../../support/until.ts";

export const scriptedChild = join(import.meta.dir, "scripted-child.ts");

export function isolated(options: Partial<IsolatedOptions> = {}) {
  return createIsolated({ env: process.env, entry: scriptedChild, ...options });
}

export const order = (model: Model, text: string, signal?: AbortSignal) =>
  askModel(model, { messages: talk(model, text) }, signal);

/** How a call ended: its error's words and the parts it kept. */
export async function failure(model: Model, text: string, signal?: AbortSignal) {
  const { last } = await order(model, text, signal);
  if (last.type !== "error") throw new Error("The call did not fail");
  const { code, message, hint } = last.error.toInfo();
  return { code, message, hint, parts: last.parts as readonly DraftPart[], error: last.error };
}

export async function pidOf(model: Model): Promise<number> {
  return Number((await order(model, "pid")).text);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const untilGone = (pid: number) => until(() => !isAlive(pid));
