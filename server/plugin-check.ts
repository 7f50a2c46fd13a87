/** Holds what a plug-in exports against what it may be, and makes tools of it. */
import { z } from "zod";
import { messageOf } from "../agent/error.ts";
import type { Provider } from "../agent/model.ts";
import { type AnyTool, defineTool, toolSpec } from "../agent/tool.ts";
import type { UserProvider } from "../providers/user-models-schema.ts";
import { userModelsSchema } from "../providers/user-models-schema.ts";
import type { Plugin, PluginCommand } from "../tools/plugin.ts";
import { isProvider, type PluggedProviders } from "./plugged-providers.ts";

const isFunction = (value: unknown) => typeof value === "function";

const toolSchema = z.looseObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "it may hold letters, digits, _ and -, a letter first"),
  description: z.string().min(1),
  schema: z.custom<z.ZodType>((value) => typeof value === "object" && value !== null && "safeParse" in value, {
    error: "it is no zod schema",
  }),
  run: z.custom<AnyTool["run"]>(isFunction, { error: "it is no function" }),
  label: z.custom<AnyTool["label"]>(isFunction, { error: "it is no function" }).optional(),
  serializeKey: z.custom<AnyTool["serializeKey"]>(isFunction, { error: "it is no function" }).optional(),
  maxResultChars: z.int().nonnegative().optional(),
  background: z.boolean().optional(),
});

const commandSchema = z.looseObject({
  description: z.string().optional(),
  usage: z.string().optional(),
  prompt: z.string().min(1),
});

const pluginSchema = z.looseObject({
  name: z.string().optional(),
  tools: z.array(z.unknown()).optional(),
  commands: z.record(z.string(), commandSchema).optional(),
  hooks: z.unknown().optional(),
  providers: z.record(z.string(), z.unknown()).optional(),
});

export interface CheckedPlugin {
  readonly tools: readonly AnyTool[];
  readonly commands: Readonly<Record<string, PluginCommand>>;
  readonly hooks: Plugin["hooks"] | undefined;
  readonly providers: PluggedProviders;
  /** A sentence for each part that is left out. */
  readonly problems: readonly string[];
}

/** `exported` is the module's default: a plug-in, a tool, or a list of tools. Throws what is wrong with it as a whole. */
export function checkPlugin(exported: unknown): CheckedPlugin {
  if (exported === undefined) throw new Error("it has no default export");
  const plugin = pluginOf(exported);
  const parsed = pluginSchema.safeParse(plugin);
  if (!parsed.success) throw new Error(`its default export does not fit: ${wordsOf(parsed.error)}`);
  const { tools = [], commands = {}, hooks, providers = {} } = parsed.data;
  const made = tools.map(toolOf);
  const reached = Object.entries(providers).map(([name, given]) => [name, providerOf(name, given)] as const);
  return {
    tools: made.filter((tool) => typeof tool !== "string"),
    commands: Object.fromEntries(Object.entries(commands).map(([name, each]) => [name, withoutUndefined(each)])),
    hooks: hooks as Plugin["hooks"],
    providers: Object.fromEntries(reached.flatMap(([name, each]) => (typeof each === "string" ? [] : [[name, each]]))),
    problems: [...made, ...reached.map(([, each]) => each)].filter((each) => typeof each === "string"),
  };
}

function pluginOf(exported: unknown): unknown {
  if (Array.isArray(exported)) return { tools: exported };
  const isTool = typeof exported === "object" && exported !== null && "run" in exported;
  return isTool ? { tools: [exported] } : exported;
}

/** A sentence where it is none. */
function toolOf(given: unknown): AnyTool | string {
  const parsed = toolSchema.safeParse(given);
  const named = typeof given === "object" && given !== null && "name" in given ? ` "${String(given.name)}"` : "";
  if (!parsed.success) return `the tool${named} is left out: ${wordsOf(parsed.error)}`;
  const { name, description, schema, run, label, serializeKey, maxResultChars, background } = parsed.data;
  const tool: AnyTool = {
    ...defineTool({ name, description, schema, run: async (args, context) => run(args as never, context) }),
    ...(label ? { label } : {}),
    ...(serializeKey ? { serializeKey } : {}),
    ...(maxResultChars === undefined ? {} : { maxResultChars }),
    ...(background === undefined ? {} : { background }),
  };
  try {
    const { type } = toolSpec(tool).schema;
    return type === "object" ? tool : `the tool "${name}" is left out: its schema is no object`;
  } catch (error) {
    return `the tool "${name}" is left out: its schema cannot be told to a model: ${messageOf(error)}`;
  }
}

/** A sentence where it is none. */
function providerOf(name: string, given: unknown): UserProvider | Provider | string {
  if (isProvider(given)) return given;
  const parsed = userModelsSchema.safeParse({ providers: { [name]: given } });
  const found = parsed.data?.providers?.[name];
  if (found) return found;
  return `the provider "${name}" is left out: ${parsed.error ? wordsOf(parsed.error) : "it is empty"}`;
}

const wordsOf = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": ")).join("; ");

function withoutUndefined({ description, usage, prompt }: z.output<typeof commandSchema>): PluginCommand {
  return {
    prompt,
    ...(description === undefined ? {} : { description }),
    ...(usage === undefined ? {} : { usage }),
  };
}
