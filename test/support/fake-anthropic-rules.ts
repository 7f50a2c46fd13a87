/** What Anthropic refuses in a request. */
import type { Json } from "./fake-json.ts";
import type { CheckContext } from "./fake-wire.ts";

export function anthropicProblem(_body: Json, _context: CheckContext): string | undefined {
  return undefined;
}
