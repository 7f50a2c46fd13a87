/** A server's questions to the person: a form, field by field, or an address to open. */
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import type { Answer, Ask } from "../../agent/ask.ts";
import { SagentError } from "../../agent/error.ts";
import { oneLine } from "../output.ts";
import { type Choice, choicesOf, defaultOf, type Field, fieldsOf, valueIn } from "./form.ts";
import { checker } from "./schema.ts";

type AskPerson = (ask: Ask) => Promise<Answer>;

const yes = "Answer";
const defaults = "Take what is proposed";
const no = "Decline";
const skip = "Leave it out";
const mostTries = 3;

const declined: ElicitResult = { action: "decline" };
const cancelled: ElicitResult = { action: "cancel" };

/** Declined where nobody can answer; cancelled where the call ends before somebody did. */
export async function elicit(
  { params }: ElicitRequest,
  server: string,
  ask: AskPerson | undefined,
): Promise<ElicitResult> {
  if (!ask) return declined;
  try {
    return params.mode === "url" ? await showAddress(params, server, ask) : await fillForm(params, server, ask);
  } catch (error) {
    if (error instanceof SagentError) return cancelled;
    throw error;
  }
}

type UrlParams = Extract<ElicitRequest["params"], { mode: "url" }>;
type FormParams = Exclude<ElicitRequest["params"], UrlParams>;

async function showAddress({ message, url }: UrlParams, server: string, ask: AskPerson): Promise<ElicitResult> {
  const answer = await ask({
    type: "permission",
    tool: server,
    text: `${server} wants you to open an address yourself: ${oneLine(message, 500)}`,
    url,
    scopes: ["once"],
  });
  return answer.type === "allow" ? { action: "accept" } : declined;
}

async function fillForm(params: FormParams, server: string, ask: AskPerson): Promise<ElicitResult> {
  const { message, requestedSchema } = params;
  const fields = fieldsOf(requestedSchema);
  const required = fields.filter((field) => field.required);
  const canPropose = fields.length > 0 && required.every((field) => defaultOf(field) !== undefined);
  const opening = await ask({
    type: "question",
    text: `${server} asks: ${oneLine(message, 2_000)}`,
    choices: [{ label: yes }, ...(canPropose ? [{ label: defaults }] : []), { label: no }].map((choice) =>
      choice.label === yes && fields.length > 0
        ? { ...choice, detail: fields.map(({ name }) => name).join(", ") }
        : choice,
    ),
    allowText: false,
    multiple: false,
  });
  const chosen = opening.type === "choice" ? opening.labels[0] : no;
  if (chosen === no) return declined;
  const content: NonNullable<ElicitResult["content"]> = {};
  for (const field of fields) {
    const value = chosen === defaults ? defaultOf(field) : await askField(field, server, ask);
    if (value === undefined && field.required) return cancelled;
    if (value !== undefined) content[field.name] = value;
  }
  return { action: "accept", content };
}

/** Undefined where the person leaves it out, or does not find a value that fits. */
async function askField(field: Field, server: string, ask: AskPerson): Promise<Choice["value"] | undefined> {
  const check = checker(field.schema);
  let problem = "";
  for (let tries = 0; tries < mostTries; tries += 1) {
    const answer = await ask(questionOf(field, server, problem));
    if (answer.type === "choice" && answer.labels[0] === skip && !answer.text) return defaultOf(field);
    const value = valueIn(field, answer);
    const [misfit] = check(value);
    if (!misfit) return value;
    problem = ` (${oneLine(misfit.message, 200)})`;
  }
  return undefined;
}

function questionOf(field: Field, server: string, problem: string): Ask {
  const { name, schema, required } = field;
  const choices = choicesOf(field).map(({ label }) => ({ label }));
  const about = [schema.title, schema.description].filter((each) => typeof each === "string").join(": ");
  const proposed = defaultOf(field);
  const detail = proposed === undefined ? {} : { detail: `Then it is ${oneLine(JSON.stringify(proposed), 100)}` };
  const canSkip = !required || proposed !== undefined;
  return {
    type: "question",
    text: `${server}: ${oneLine(about === "" ? name : `${name}, ${about}`, 500)}${problem}`,
    choices: [...choices, ...(canSkip ? [{ label: skip, ...detail }] : [])],
    allowText: choices.length === 0,
    multiple: schema.type === "array",
  };
}
