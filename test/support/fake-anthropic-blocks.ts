/** The blocks of an Anthropic request. */
import { type Json, list, obj } from "./fake-json.ts";

/** Content as blocks: a string is one text block. */
export function blocksOf(content: unknown): Json[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : list(content);
}

const unmarked = ({ cache_control: _, ...block }: Json) => block;

/** Tools, system, then messages; the markers themselves are no part of what is cached. */
export function promptBlocks(body: Json): unknown[] {
  const messages = list(body.messages).flatMap((message) =>
    blocksOf(message.content).map((block) => [message.role, unmarked(block)]),
  );
  return [...list(body.tools).map(unmarked), ...blocksOf(body.system).map(unmarked), ...messages];
}

/** Which of the blocks carry a marker; one of the body stands for its last. */
export function markedBlocks(body: Json): number[] {
  const messages = list(body.messages).flatMap((message) => blocksOf(message.content));
  const blocks = [...list(body.tools), ...blocksOf(body.system), ...messages];
  const last = blocks.length - 1;
  return blocks.flatMap((block, at) => (block.cache_control || (at === last && body.cache_control) ? [at] : []));
}

/** Every cache marker of a request. */
export function cacheMarks(body: Json): Json[] {
  const blocks = [
    body,
    ...list(body.tools),
    ...list(body.system),
    ...list(body.messages).flatMap((message) => list(message.content)),
  ];
  return blocks
    .map((block) => block.cache_control)
    .filter((mark) => mark !== undefined && mark !== null)
    .map(obj);
}
