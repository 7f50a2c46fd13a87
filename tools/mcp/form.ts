/** The fields of a form that a server wants filled: flat, of few kinds, as the protocol has them. */
import type { Answer } from "../../agent/ask.ts";
import { oneLine } from "../output.ts";
import type { JsonSchema } from "./schema.ts";

export type FormValue = string | number | boolean | string[];

export interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

export interface Choice {
  readonly label: string;
  readonly value: FormValue;
}

const mostFields = 30;
const mostChoices = 60;

export function fieldsOf(schema: JsonSchema): readonly Field[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(isObject(schema.properties) ? schema.properties : {})
    .slice(0, mostFields)
    .map(([name, each]) => ({ name, schema: isObject(each) ? each : {}, required: required.includes(name) }));
}

/** What the server proposes for it. */
export function defaultOf({ schema }: Field): FormValue | undefined {
  const { default: value } = schema;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
}

/** What there is to choose from, each under a label of its own; none for free text and numbers. */
export function choicesOf(field: Field): readonly Choice[] {
  const labelled = rawChoices(field).map(({ label, value }) => ({ label: oneLine(label, 100) || "(empty)", value }));
  return [...new Map(labelled.map((choice) => [choice.label, choice])).values()];
}

function rawChoices({ schema }: Field): readonly Choice[] {
  if (schema.type === "boolean") {
    return [
      { label: "Yes", value: true },
      { label: "No", value: false },
    ];
  }
  const from = schema.type === "array" && isObject(schema.items) ? schema.items : schema;
  const titled = [from.oneOf, from.anyOf].find((each) => Array.isArray(each));
  if (Array.isArray(titled)) {
    return titled.slice(0, mostChoices).flatMap((each) => {
      const { const: value, title } = isObject(each) ? each : {};
      return typeof value === "string" ? [{ label: typeof title === "string" ? title : value, value }] : [];
    });
  }
  const names: readonly unknown[] = Array.isArray(schema.enumNames) ? schema.enumNames : [];
  const values: readonly unknown[] = Array.isArray(from.enum) ? from.enum : [];
  return values.slice(0, mostChoices).flatMap((value, at) => {
    const name = names[at];
    return typeof value === "string" ? [{ label: typeof name === "string" ? name : value, value }] : [];
  });
}

/** What an answer says for a field, fitting or not. */
export function valueIn(field: Field, answer: Answer): FormValue | undefined {
  if (answer.type === "choice") {
    const chosen = choicesOf(field).filter(({ label }) => answer.labels.includes(label));
    if (field.schema.type === "array") return chosen.flatMap(({ value }) => (typeof value === "string" ? [value] : []));
    return chosen[0]?.value ?? answer.text;
  }
  if (answer.type !== "text") return undefined;
  const isNumber = field.schema.type === "number" || field.schema.type === "integer";
  const number = Number(answer.text);
  return isNumber && answer.text.trim() !== "" && !Number.isNaN(number) ? number : answer.text;
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
