/** What Gemini refuses in a request. */
import type { Json } from "./fake-json.ts";
import type { CheckContext } from "./fake-wire.ts";

/** Gemini 3 and later demand signatures on calls. */
export function isGemini3(model: string): boolean {
  return /gemini-(?:[a-z-]+-)?([3-9])/.test(model);
}

export function geminiProblem(_body: Json, _context: CheckContext): string | undefined {
  return undefined;
}
