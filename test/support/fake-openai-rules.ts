/** What OpenAI refuses in a Responses request. */
import type { Json } from "./fake-json.ts";
import type { CheckContext } from "./fake-wire.ts";

export function openaiProblem(_body: Json, _context: CheckContext): string | undefined {
  return undefined;
}
