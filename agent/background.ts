/**
 * The two keys that a tool takes beside its own arguments: `background` lets the model go on at once, `delay` starts the
 * call later. Dispatch takes them off before the tool sees its arguments.
 */
import { z } from "zod";
import { resultComesLater } from "./machine-state.ts";
import type { ToolCallPart } from "./message.ts";
import type { ModelInfo, ToolSpec } from "./model.ts";
import { isSmallWindow } from "./prompt.ts";
import { type AnyTool, formFor, toolSpec } from "./tool.ts";

/** When a call starts, and whether the model waits for it. A delayed one is always in the background. */
export interface Start {
  readonly background: boolean;
  readonly delayMs: number;
}

const maxDelaySec = 7 * 86_400;

/** What a model is told of the keys; the system prompt says the rest once. */
const offered = {
  background: { type: "boolean" },
  delay: { type: "integer", minimum: 0 },
} as const;
const keys = ["background", "delay"] as const;

const wishSchema = z.object({
  background: z.boolean().default(false),
  delay: z.int().min(0).max(maxDelaySec).default(0),
});

/** The tools as a model is told of them, each in its form for it. One with a small window is not told of the keys. */
export function offeredSpecs(tools: readonly AnyTool[], model: ModelInfo): ToolSpec[] {
  return tools.map((tool) => formFor(tool, model)).map(isSmallWindow(model) ? toolSpec : offeredSpec);
}

const specs = new WeakMap<AnyTool, ToolSpec>();

/** A tool's own spec with the keys that it does not define itself; made once for each tool. */
export function offeredSpec(tool: AnyTool): ToolSpec {
  const spec = toolSpec(tool);
  if (tool.background === false || spec.schema.type !== "object") return spec;
  const known = specs.get(tool);
  if (known) return known;
  const own = ownKeys(tool);
  const added = Object.fromEntries(keys.filter((key) => !Object.hasOwn(own, key)).map((key) => [key, offered[key]]));
  const made = { ...spec, schema: { ...spec.schema, properties: { ...own, ...added } } };
  specs.set(tool, made);
  return made;
}

/** Takes the keys that are not the tool's own off a call's arguments. A tool that is never in the background ignores them. */
export function takeStart(
  tool: AnyTool,
  args: ToolCallPart["args"],
): { readonly args: ToolCallPart["args"]; readonly start: Start } | { readonly error: z.ZodError } {
  const given = keys.filter((key) => Object.hasOwn(args, key) && !Object.hasOwn(ownKeys(tool), key));
  if (given.length === 0) return { args, start: atOnce };
  const rest = Object.fromEntries(Object.entries(args).filter(([key]) => !given.some((each) => each === key)));
  if (tool.background === false) return { args: rest, start: atOnce };
  const wish = wishSchema.safeParse(Object.fromEntries(given.map((key) => [key, args[key]])));
  if (!wish.success) return { error: wish.error };
  const { background, delay } = wish.data;
  return { args: rest, start: { background: background || delay > 0, delayMs: delay * 1_000 } };
}

const atOnce: Start = { background: false, delayMs: 0 };

/** What a model reads in the slot of a call that it sent to the background. */
export function stubText(delayMs: number): string {
  const when = delayMs > 0 ? `Starts in ${delayMs / 1_000} s, in the background.` : "Running in the background.";
  return `${when} ${resultComesLater}`;
}

function ownKeys(tool: AnyTool): object {
  const { properties } = toolSpec(tool).schema;
  return typeof properties === "object" && properties !== null ? properties : {};
}
