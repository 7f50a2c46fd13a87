/**
 * The tool contract: a name, a zod schema and `run(args, context)`. Failure is a result (`isError`); a throw is a bug,
 * which dispatch turns into an error result all the same.
 */
import { z } from "zod";
import type { Answer, Ask } from "./ask.ts";
import type { Clock } from "./clock.ts";
import type { FleetPort, JobPort } from "./fleet-port.ts";
import type { Attachment, CallId, ToolDetails } from "./message.ts";
import type { ModelInfo, ToolSpec } from "./model.ts";

/** Serialize key of a writer of unknown reach: every keyed call of the round runs in one sequence with it. */
export const exclusive = Symbol("exclusive");
export type SerializeKey = string | typeof exclusive | undefined;

/** What a tool last saw of a file, for "unchanged", "stale" and "must read first". */
export interface ReadRecord {
  readonly mtimeMs: number;
  readonly size: number;
  /** Hash of the whole content as last known. */
  readonly hash: string;
  /** The window that was shown, or null after a write: the next Read shows content again. */
  readonly window: string | null;
}

/** One agent's place on the disk. `cwd` follows `cd`; `reads` is emptied when the model's memory of them is. */
export interface Workspace {
  /** Absolute path the agent was started in. */
  readonly root: string;
  /** Absolute path; relative paths of every tool resolve against it. */
  cwd: string;
  /** Where files may be written; anywhere where it is absent. */
  readonly writeRoots?: readonly string[] | undefined;
  /** By canonical path. */
  readonly reads: Map<string, ReadRecord>;
  /** Environment of child processes; provider credentials are already removed. */
  readonly env: Readonly<Record<string, string>>;
}

/** Live news of a running call; coalescible, never part of the result. */
export type ToolProgress =
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "status"; readonly text: string };

/** A tool that its model has not been told of. */
export type ShelvedTool = Pick<Tool, "name" | "description">;

/** A tool that is made when it is first wanted, so that those that nobody wants cost nothing. */
export interface ShelfEntry extends ShelvedTool {
  load(): AnyTool | Promise<AnyTool>;
}

/** A tool that is there already, as an entry of a shelf. */
export function shelved(tool: AnyTool): ShelfEntry {
  return { name: tool.name, description: tool.description, load: () => tool };
}

/** Tools that are found out about late and change: of a server, of plug-ins. One serves all agents of a session. */
export interface ToolSource {
  /** As sentences call it, e.g. `MCP server "github"`. */
  readonly name: string;
  /** Stands for all its tools: their names begin with it and `__`. */
  readonly group?: string | undefined;
  /** As last known; undefined until it was opened. */
  readonly tools: readonly AnyTool[] | undefined;
  /** How its tools are used, in the words of whoever made them. */
  readonly instructions?: string | undefined;
  /** Whether this could be the name of one of its tools, opened or not, or of a group of them. */
  mayHave(name: string): boolean;
  /** Starts what has to be started, once, however often it is called. Rejects with what keeps it from its tools. */
  open(): Promise<readonly AnyTool[]>;
  /** Tells of each change of `tools` from now on. */
  onChange(listener: () => void): Disposable;
}

/** Whether a name that somebody gave means this tool: by its own name, or by what it begins with before `__`. */
export function covers(name: string, toolName: string): boolean {
  return toolName === name || toolName.startsWith(`${name}__`);
}

/** What a source of tools says of them. */
export interface Introduction {
  /** The source, as sentences call it. */
  readonly from: string;
  readonly text: string;
}

/** The tools that are kept back. */
export interface ToolShelf {
  list(): readonly ShelvedTool[];
  /** Opens the sources of tools that are still closed. Resolves to a sentence for each that could not be opened. */
  open(): Promise<readonly string[]>;
  /** Offers them to the model from its next call on. Resolves to a sentence for each that cannot be made. */
  take(names: Iterable<string>): Promise<readonly string[]>;
  /** What the sources of these tools say of them; each only once. */
  introduce(names: Iterable<string>): readonly Introduction[];
}

export interface ToolContext {
  readonly callId: CallId;
  /** Label of the agent that called. */
  readonly agent: string;
  /** Aborts when the call is killed; the tool ends what it started and returns soon. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly workspace: Workspace;
  /** The other agents; undefined for an agent on its own. */
  readonly fleet?: FleetPort | undefined;
  /** Tools that the model may ask for; undefined where all are offered. */
  readonly shelf?: ToolShelf | undefined;
  /** This agent's own running calls. */
  readonly jobs?: JobPort | undefined;
  /**
   * Asks a person and waits for the answer, which fits the question. Rejects with `AbortedError` when the call ends first.
   * Undefined where nobody can answer.
   */
  readonly ask?: ((ask: Ask) => Promise<Answer>) | undefined;
  /** Tokens of a text by the calling model's measure. */
  readonly countTokens: (text: string) => number;
  readonly progress: (news: ToolProgress) => void;
}

export interface ToolOutput {
  readonly text: string;
  readonly isError?: boolean;
  readonly attachments?: readonly Attachment[];
  readonly details?: ToolDetails;
}

export interface Tool<Args = never> {
  readonly name: string;
  /** Model-facing. */
  readonly description: string;
  /** An object schema; its parsed output is `Args`. */
  readonly schema: z.ZodType;
  /** What models are told in place of `schema`, where somebody else wrote it. */
  readonly jsonSchema?: ToolSpec["schema"];
  /** One line for people, e.g. `Read src/a.ts`. */
  label(args: Args): string;
  /** Equal keys of one round run in order; undefined runs freely. */
  serializeKey(args: Args, workspace: Workspace): SerializeKey;
  /** Largest result kept in the conversation, in characters; more is written to a file and previewed. 0 means the tool bounds itself. */
  readonly maxResultChars?: number;
  /** False where a call makes no sense in the background: the keys `background` and `delay` are then not offered. */
  readonly background?: boolean;
  /** What of its last call has to be known still once a summary stands for it, as sentences; undefined for nothing. */
  readonly lasting?: ((args: Args) => string | undefined) | undefined;
  /** Where there are several forms of it, for models that were trained on one of them. */
  readonly forms?: ToolForms;
  run(args: Args, context: ToolContext): Promise<ToolOutput>;
}

/** A tool of whatever arguments; what registries and agents hold. */
export type AnyTool = Tool<never>;

/** Tools of other names that do the same. A model is told of one of them; a call of any runs. */
export interface ToolForms {
  readonly all: readonly AnyTool[];
  formFor(info: ModelInfo): AnyTool;
}

/** The tool as this model knows it best. */
export function formFor(tool: AnyTool, info: ModelInfo): AnyTool {
  return tool.forms?.formFor(info) ?? tool;
}

/** The tool of this name, or the form of one; undefined where there is none. */
export function findTool(tools: readonly AnyTool[], name: string): AnyTool | undefined {
  const own = tools.find((tool) => tool.name === name);
  return own ?? tools.flatMap(({ forms }) => forms?.all ?? []).find((form) => form.name === name);
}

/** What `defineTool` takes: a `Tool` whose label and serialize key may be left out. */
export interface ToolDefinition<Schema extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly label?: (args: z.output<Schema>) => string;
  readonly serializeKey?: (args: z.output<Schema>, workspace: Workspace) => SerializeKey;
  readonly maxResultChars?: number;
  readonly background?: boolean;
  readonly lasting?: (args: z.output<Schema>) => string | undefined;
  readonly run: (args: z.output<Schema>, context: ToolContext) => Promise<ToolOutput | string> | ToolOutput | string;
}

/** Makes a tool; the type of `args` comes from the schema, and a bare string is a successful result. */
export function defineTool<Schema extends z.ZodType>(definition: ToolDefinition<Schema>): Tool<z.output<Schema>> {
  const { name, description, schema, maxResultChars, background, lasting } = definition;
  return {
    name,
    description,
    schema,
    ...(maxResultChars === undefined ? {} : { maxResultChars }),
    ...(background === undefined ? {} : { background }),
    ...(lasting === undefined ? {} : { lasting }),
    label: definition.label ?? (() => name),
    serializeKey: definition.serializeKey ?? (() => undefined),
    async run(args, context) {
      const output = await definition.run(args, context);
      return typeof output === "string" ? { text: output } : output;
    },
  };
}

const specs = new WeakMap<AnyTool, ToolSpec>();

/** A tool as a model is told of it; made once for each tool. */
export function toolSpec(tool: AnyTool): ToolSpec {
  const known = specs.get(tool);
  if (known) return known;
  const { $schema: _, ...schema } = tool.jsonSchema ?? z.toJSONSchema(tool.schema, { io: "input", override: unbound });
  const spec = { name: tool.name, description: tool.description, schema };
  specs.set(tool, spec);
  return spec;
}

/** Bounds that a model keeps to anyway: that an integer is one of JavaScript's, that a text is not empty. */
function unbound({ jsonSchema: schema }: { readonly jsonSchema: Bounds }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.minLength === 1) delete schema.minLength;
}

interface Bounds {
  maximum?: number;
  minimum?: number;
  minLength?: number;
}

const texts = new WeakMap<ToolSpec, string>();

/** Specs as JSON, for an estimate of their size; each is written once, however many agents have it. */
export function specsText(specs: readonly ToolSpec[]): string {
  return `${specs.reduce((all, spec, at) => all + (at > 0 ? "," : "") + specText(spec), "[")}]`;
}

function specText(spec: ToolSpec): string {
  const known = texts.get(spec);
  if (known !== undefined) return known;
  const text = JSON.stringify(spec);
  texts.set(spec, text);
  return text;
}
