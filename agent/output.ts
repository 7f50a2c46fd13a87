/**
 * What a last answer must be. A model that can be held to a schema is; any other is told of it. What it said is checked
 * either way, and a model whose answer does not fit is told what is wrong with it and asked again.
 */
import { type ZodType, z } from "zod";
import { messageOf, OutputError, UsageError } from "./error.ts";
import type { Answer, Input } from "./machine-state.ts";
import { type Attachment, type StopReason, textOf } from "./message.ts";
import type { ModelInfo, ModelRequest } from "./model.ts";
import type { Prompt } from "./run.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** Work whose last answer is a value: what the schema makes of the JSON that the model writes. */
export type OutputPrompt<Output> = (
  | Prompt
  | { readonly prompt: string; readonly attachments?: readonly Attachment[] }
) & {
  /** An object at its root: some vendors refuse anything else. No asynchronous checks. */
  readonly output: ZodType<Output>;
  /** JSON Schema as the model gets it; made of `output` where absent. */
  readonly outputSchema?: JsonSchema;
  /** How often a model whose answer does not fit is asked again; 2 by default. */
  readonly outputRetries?: number;
};

/** What the answer to a call means for the work: nothing, that the model is asked again, or that it is given up. */
export type Verdict = Pick<Extract<Input, { type: "modelDone" }>, "correction" | "failure">;

/** The value that one piece of work is to end with. */
export class WantedOutput {
  readonly #schema: JsonSchema;
  readonly #check: ZodType;
  readonly #retries: number;
  #failures = 0;
  #found: { readonly value: unknown } | undefined;

  /** Throws `UsageError` for a schema that JSON Schema cannot tell. */
  constructor({ output, outputSchema, outputRetries = 2 }: OutputPrompt<unknown>) {
    this.#check = output;
    this.#schema = outputSchema ?? toJsonSchema(output);
    this.#retries = outputRetries;
  }

  /** The value of the last answer, where it has one that fits. */
  get found(): { readonly value: unknown } | undefined {
    return this.#found;
  }

  /**
   * The request with the schema in it. A vendor that takes no schema beside tools gets it in words, and, once the model has
   * failed at that, without the tools.
   */
  shape(request: ModelRequest, { structured = false }: ModelInfo): ModelRequest {
    const isHeld = structured === true || (structured === "alone" && request.tools.length === 0);
    if (isHeld) return { ...request, outputSchema: this.#schema };
    if (structured === "alone" && this.#failures > 0) return { ...request, tools: [], outputSchema: this.#schema };
    return { ...request, system: [request.system, this.told].filter((text) => text !== "").join("\n\n") };
  }

  /** The schema in words. */
  get told(): string {
    return `Your last answer, after any tool calls, must be one JSON document and nothing else: no other words, no code fence. It must satisfy this JSON Schema:\n${JSON.stringify(this.#schema)}`;
  }

  /** Looks at an answer. One that calls tools, or that was cut or refused, is not the last word. */
  judge(answer: Answer): Verdict {
    this.#found = undefined;
    if (!lastWords.has(answer.stopReason) || answer.parts.some((part) => part.type === "toolCall")) return {};
    const problem = this.#read(textOf({ ...answer, type: "assistant", id: "m0", at: 0 }));
    if (problem === undefined) return {};
    this.#failures += 1;
    if (this.#failures <= this.#retries) return { correction: `${sentenceOn(problem)}\n${this.told}` };
    const error = new OutputError({ problem, tries: this.#failures });
    this.#failures = 0;
    return { failure: error.toInfo() };
  }

  /** What is wrong with a text, a line each; undefined where nothing is, and then its value is found. */
  #read(text: string): string | undefined {
    const json = readJson(text);
    if (!json) return "it is not a JSON document";
    const { data, error } = this.#check.safeParse(json.value);
    if (error) return error.issues.slice(0, mostIssues).map(issueLine).join("\n");
    this.#found = { value: data };
    return undefined;
  }
}

const lastWords: ReadonlySet<StopReason> = new Set<StopReason>(["endTurn", "stopSequence"]);
const mostIssues = 20;

const sentenceOn = (problem: string) => `Your answer is not what was asked for:\n${problem}\nAnswer again.`;

function issueLine({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}

/** The first that is JSON: the whole text, what stands in its code fence, what is between its outermost braces. */
export function readJson(text: string): { readonly value: unknown } | undefined {
  const fenced = /```[a-z]*\s*\n([\s\S]*?)\n\s*```/i.exec(text)?.[1];
  const braced = text.slice(text.search(/[{[]/), Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1);
  for (const candidate of [text, fenced, braced]) {
    try {
      if (candidate !== undefined) return { value: JSON.parse(candidate) };
    } catch {}
  }
  return undefined;
}

/** As vendors want it: what the model may write, with closed objects. */
function toJsonSchema(output: ZodType): JsonSchema {
  try {
    const { $schema: _, ...schema } = z.toJSONSchema(output, {
      io: "input",
      override: ({ jsonSchema }) => {
        if (jsonSchema.type === "object" && jsonSchema.properties) jsonSchema.additionalProperties ??= false;
      },
    });
    return schema;
  } catch (cause) {
    const why = messageOf(cause);
    throw new UsageError(`The output's schema cannot be told to a model: ${why}`, { cause });
  }
}
