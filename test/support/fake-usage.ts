/** Token meters from real sizes, and a prompt cache as the vendors keep one. */
import { noUsage, type Usage } from "../../agent/message.ts";
import type { FakePart, FakeReply } from "./fake-types.ts";
import { argsText, type FakeWire } from "./fake-wire.ts";

const charsPerToken = 4;
const tokens = (chars: number) => Math.ceil(chars / charsPerToken);

export interface Meters {
  readonly usage: Usage;
  readonly thinking: number;
}

/** How many blocks before a marker Anthropic looks at for one that it knows. */
const lookBack = 20;

/**
 * Remembers the prefixes of every prompt by model: what begins like an earlier prompt, block by block, is a cache read. Where
 * the request marks blocks, only what ends at a marked one is kept, only near a marker is it looked for, and what is
 * behind the last marker is plain input.
 */
export class PromptCache {
  readonly #prefixes = new Map<string, Set<bigint>>();

  /** The prompt's meters; remembers the prompt where it is cached. */
  read(wire: FakeWire, model: string, body: Record<string, unknown>): Usage {
    const blocks = wire.blocks(body).map((block) => JSON.stringify(block));
    const total = tokens(blocks.reduce((sum, block) => sum + block.length, 0));
    const caching = wire.caching(body);
    if (caching === "none") return { ...noUsage, input: total };
    const marks = wire.marks?.(body);
    const looked = (at: number) => marks?.some((mark) => at <= mark && at > mark - lookBack) ?? true;
    const kept = (at: number) => marks?.includes(at) ?? true;
    const known = this.#prefixes.get(model) ?? new Set<bigint>();
    this.#prefixes.set(model, known);
    let prefix = 0n;
    let [chars, readChars, keptChars] = [0, 0, 0];
    for (const [at, block] of blocks.entries()) {
      prefix = BigInt(Bun.hash(block, prefix));
      chars += block.length;
      if (looked(at) && known.has(prefix)) readChars = chars;
      if (!kept(at)) continue;
      known.add(prefix);
      keptChars = chars;
    }
    const cacheRead = Math.min(total, tokens(readChars));
    if (caching === "automatic") return { ...noUsage, input: total - cacheRead, cacheRead };
    const stored = Math.min(total, tokens(Math.max(keptChars, readChars)));
    const written = { [caching === "1h" ? "cacheWrite1h" : "cacheWrite"]: stored - cacheRead };
    return { ...noUsage, input: total - stored, cacheRead, ...written };
  }
}

const partChars = (part: FakePart) =>
  "text" in part
    ? part.text.length
    : "thinking" in part
      ? part.thinking.length
      : part.call.length + argsText(part).length;

/** The whole call's meters: the prompt's, the answer's, and what the script says instead. */
export function metersOf(reply: FakeReply, prompt: Usage): Meters {
  const { thinking: given, ...meters } = reply.usage ?? {};
  const thoughts = reply.parts.filter((part) => "thinking" in part);
  const thinking = given ?? tokens(thoughts.reduce((sum, part) => sum + part.thinking.length, 0));
  const others = reply.parts.filter((part) => !("thinking" in part));
  const output = thinking + Math.max(1, tokens(others.reduce((sum, part) => sum + partChars(part), 0)));
  return { usage: { ...prompt, output, ...meters }, thinking };
}
