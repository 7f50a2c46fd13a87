/** JSON Schemas that servers wrote: whether models can be told of them, and whether values fit them. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { z } from "zod";

export type JsonSchema = Readonly<Record<string, unknown>>;

const maxChars = 32_000;
const maxIssues = 8;
/** Keywords that vendors refuse at the root of a tool's schema; the server still checks what they ask for. */
const notAtRoot: readonly string[] = ["oneOf", "anyOf", "allOf", "not", "enum", "if", "then", "else"];

/** Formats are annotations, and patterns are left to the server: one of a stranger's could keep us busy for hours. */
function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, logger: false });
  ajv.removeKeyword("pattern");
  return ajv;
}

let meta: Ajv2020 | undefined;

/** Why no model can be told of this schema of a tool's arguments; undefined where one can. */
export function problemOf(schema: JsonSchema): string | undefined {
  const text = JSON.stringify(schema);
  if (text.length > maxChars) return `its schema has ${text.length.toLocaleString("en")} characters`;
  meta ??= newAjv();
  const { $schema: _, ...bare } = schema;
  try {
    if (!meta.validateSchema(bare)) return `its schema is not valid: ${linesOf(meta.errors)[0] ?? "unknown"}`;
  } catch {
    return "its schema is not valid";
  }
  const lost = refsOf(bare).find((ref) => !leads(ref, bare));
  if (lost !== undefined) return `its schema refers to ${JSON.stringify(lost.slice(0, 100))}, which is not there`;
  const odd = Object.keys(propertiesOf(bare)).find((name) => !/^[A-Za-z0-9_.-]{1,64}$/.test(name));
  return odd === undefined ? undefined : `no model can be given an argument called ${JSON.stringify(odd.slice(0, 80))}`;
}

/** The schema as a model is told of it. */
export function toldSchema(schema: JsonSchema): JsonSchema {
  const { $schema: _, $id: _id, ...rest } = schema;
  return Object.fromEntries(Object.entries(rest).filter(([keyword]) => !notAtRoot.includes(keyword)));
}

/** Arguments that fit the schema, as zod has it. A schema that cannot be checked here is left to the server. */
export function argumentsSchema(schema: JsonSchema): z.ZodType<Record<string, unknown>> {
  const check = checker(schema);
  return z.looseObject({}).check((context) => {
    for (const { path, message } of check(context.value)) {
      context.issues.push({ code: "custom", path, message, input: context.value });
    }
  });
}

export interface Misfit {
  readonly path: string[];
  readonly message: string;
}

/** What of a value does not fit a schema; it is made ready at the first value. */
export function checker(schema: JsonSchema): (value: unknown) => readonly Misfit[] {
  let validate: ValidateFunction | "none" | undefined;
  return (value) => {
    validate ??= compile(schema);
    if (validate === "none") return [];
    try {
      return validate(value) ? [] : (validate.errors ?? []).slice(0, maxIssues).map(misfitOf);
    } catch {
      return [];
    }
  };
}

function compile({ $schema: _, $id: _id, ...schema }: JsonSchema): ValidateFunction | "none" {
  try {
    return newAjv().compile(schema);
  } catch {
    return "none";
  }
}

function misfitOf({ instancePath, message = "does not fit", params }: ErrorObject): Misfit {
  const names: unknown = params.additionalProperty ?? params.unevaluatedProperty;
  const which = typeof names === "string" ? `: ${names.slice(0, 80)}` : "";
  const allowed = Array.isArray(params.allowedValues) ? `: ${JSON.stringify(params.allowedValues).slice(0, 200)}` : "";
  return { path: instancePath.split("/").slice(1).map(unescaped), message: `${message}${which}${allowed}` };
}

const linesOf = (errors: readonly ErrorObject[] | null | undefined) =>
  (errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message ?? ""}`.trim().slice(0, 200));

const unescaped = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");

function propertiesOf({ properties }: JsonSchema): object {
  return typeof properties === "object" && properties !== null ? properties : {};
}

/** Every `$ref`, in whatever depth. */
function refsOf(value: unknown): string[] {
  const found: string[] = [];
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== "object" || next === null) continue;
    for (const [key, each] of Object.entries(next)) {
      if (key === "$ref" && typeof each === "string") found.push(each);
      else rest.push(each);
    }
  }
  return found;
}

/** Whether a JSON pointer of this document leads somewhere. */
function leads(ref: string, schema: JsonSchema): boolean {
  if (!ref.startsWith("#")) return false;
  let at: unknown = schema;
  for (const part of ref.slice(1).split("/").slice(1).map(unescaped)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return false;
    at = (at as Record<string, unknown>)[part];
  }
  return ref === "#" || ref.startsWith("#/");
}
