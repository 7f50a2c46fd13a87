/** What Gemini refuses in a request. */
import { isObject, type Json, list, obj, str } from "./fake-json.ts";
import { firstProblem, isBase64, isObjectSchema, type Rules, repeated, unknownField } from "./fake-rules.ts";
import type { CheckContext } from "./fake-wire.ts";

const fields = [
  ...["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent"],
  ...["labels", "serviceTier", "store", "continuationToken"],
];
const configFields = [
  ...["candidateCount", "frequencyPenalty", "maxOutputTokens", "mediaResolution", "presencePenalty", "responseSchema"],
  ...["responseJsonSchema", "responseMimeType", "responseModalities", "seed", "stopSequences", "temperature"],
  ...["thinkingConfig", "topK", "topP", "logprobs", "responseLogprobs"],
];
const dataFields = ["text", "functionCall", "functionResponse", "inlineData", "fileData"];
const partFields = [...dataFields, "thought", "thoughtSignature", "mediaResolution", "partMetadata"];
const namePattern = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/;
/** What the documentation gives to those who replay calls that Gemini did not make. */
const waivers = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

/** Gemini 3 and later demand signatures on calls. */
export function isGemini3(model: string): boolean {
  return /gemini-(?:[a-z-]+-)?[3-9]/.test(model);
}

/** What a signature on a call proves; on a text it proves `textContent`. */
export const callContent = (name: unknown, args: unknown) => JSON.stringify(["call", name, args ?? {}]);
export const textContent = "text";

export function geminiProblem(body: Json, context: CheckContext): string | undefined {
  return (
    firstProblem(topLevel(body, context)) ??
    firstProblem(toolRules(body)) ??
    firstProblem(conversation(body, context)) ??
    firstProblem(signatureRules(body, context))
  );
}

const unknownName = (name: string, at: string) =>
  `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`;

function* topLevel(body: Json, context: CheckContext): Rules {
  const unknown = unknownField(body, context.counting ? [...fields, "model"] : fields);
  if (unknown) yield unknownName(unknown, "");
  const config = obj(body.generationConfig);
  const odd = unknownField(config, configFields);
  if (odd) yield unknownName(odd, " at 'generation_config'");
  if (list(body.contents).length === 0) yield "* GenerateContentRequest.contents: contents is not specified";
  if (config.responseJsonSchema !== undefined && config.responseMimeType !== "application/json") {
    yield "Response schema requires response mimetype: application/json.";
  }
  if (mentions(config.responseJsonSchema, "$schema")) yield unknownName("$schema", " at 'response_json_schema'");
  if (config.responseMimeType === "application/json" && list(body.tools).length > 0 && !isGemini3(context.model)) {
    yield "Function calling with a response mime type: 'application/json' is unsupported";
  }
  const thinking = obj(config.thinkingConfig);
  if (thinking.thinkingBudget !== undefined && thinking.thinkingLevel !== undefined) {
    yield "You can only set only one of thinking budget and thinking level.";
  }
}

function* toolRules(body: Json): Rules {
  const tools = list(body.tools).flatMap((tool) => list(tool.functionDeclarations));
  for (const [index, tool] of tools.entries()) {
    const at = `tools[0].function_declarations[${index}]`;
    if (!namePattern.test(str(tool.name))) yield `${at}.name: Invalid function name.`;
    const schema = tool.parametersJsonSchema ?? tool.parameters;
    if (!isObjectSchema(schema)) yield `${at}.parameters: schema must be of type OBJECT`;
    const odd = ["additionalProperties", "$schema"].find((key) => mentions(tool.parameters, key));
    if (odd) yield unknownName(odd, ` at '${at}.parameters'`);
  }
  const again = repeated(tools.map((tool) => str(tool.name)));
  if (again) yield `Duplicate function declaration found: ${again}`;
}

function mentions(schema: unknown, key: string): boolean {
  if (Array.isArray(schema)) return schema.some((entry) => mentions(entry, key));
  return isObject(schema) && (key in schema || Object.values(schema).some((value) => mentions(value, key)));
}

const callsOf = (content: Json | undefined) =>
  list(content?.parts).flatMap((part) => (part.functionCall ? [obj(part.functionCall)] : []));
const responsesOf = (content: Json | undefined) =>
  list(content?.parts).flatMap((part) => (part.functionResponse ? [obj(part.functionResponse)] : []));
const names = (entries: Json[]) => entries.map((entry) => str(entry.name)).sort();

function* conversation(body: Json, context: CheckContext): Rules {
  const contents = list(body.contents);
  for (const [index, content] of contents.entries()) {
    const before = contents[index - 1];
    if (content.role !== "user" && content.role !== "model") yield "Please use a valid role: user, model.";
    if (index === 0 && content.role !== "user") yield "Please ensure that the first turn is a user turn.";
    if (before?.role === content.role) yield "Please ensure that multiturn requests alternate between user and model.";
    if (list(content.parts).length === 0) yield `* GenerateContentRequest.contents[${index}].parts: must not be empty.`;
    for (const part of list(content.parts)) yield* partRules(`contents[${index}]`, str(content.role), part);
    yield* pairing(before, content);
  }
  const last = contents.at(-1);
  if (callsOf(last).length > 0) yield "Please ensure that function call turn is followed by a function response turn.";
  if (last?.role === "model" && !context.paused) yield "Please ensure that the last turn is a user turn.";
}

/** Responses follow their calls in the next content, as many and of the same names. */
function* pairing(before: Json | undefined, content: Json): Rules {
  const [calls, responses] = [callsOf(before), responsesOf(content)];
  if (calls.length !== responses.length) {
    yield "Please ensure that the number of function response parts is equal to the number of function call parts " +
      "of the function call turn.";
  }
  if (names(calls).join() !== names(responses).join()) {
    yield `Please ensure that function response names (${names(responses)}) match the calls (${names(calls)}).`;
  }
  const ids = calls.map((call) => call.id);
  const stray = responses.find((response) => response.id !== undefined && !ids.includes(response.id));
  if (stray) yield `Function response id ${stray.id} does not match any function call.`;
}

function* partRules(at: string, role: string, part: Json): Rules {
  const unknown = unknownField(part, partFields);
  if (unknown) yield unknownName(unknown, ` at '${at}.parts'`);
  const data = dataFields.filter((field) => part[field] !== undefined);
  if (data.length !== 1) yield `${at}.parts.data: required oneof field 'data' must have one initialized field`;
  if (part.functionCall && role !== "model") yield "Please ensure that function call parts are in a model turn.";
  if (part.functionResponse && role !== "user") yield "Please ensure that function response parts are in a user turn.";
  if (part.functionResponse && !isObject(obj(part.functionResponse).response)) {
    yield `${at}.parts.function_response.response: expected an object`;
  }
  const { mimeType, data: bytes } = obj(part.inlineData);
  if (part.inlineData && (str(mimeType) === "" || !isBase64(bytes)))
    yield `${at}.parts.inline_data: Base64 decoding failed`;
}

/**
 * A signature that comes back must be the one that was issued there, and on Gemini 3 the first call of each step of the
 * current turn must have one.
 */
function* signatureRules(body: Json, context: CheckContext): Rules {
  const contents = list(body.contents);
  for (const part of contents.flatMap((content) => list(content.parts))) {
    const call = obj(part.functionCall);
    const content = part.functionCall ? callContent(call.name, call.args) : textContent;
    const signature = part.thoughtSignature;
    if (!signature || waivers.includes(str(signature))) continue;
    if (!context.seals.holds(context.model, content, str(signature))) yield "Corrupted thought signature.";
  }
  if (!isGemini3(context.model)) return;
  const turn = contents.findLastIndex((content) => content.role === "user" && responsesOf(content).length === 0);
  for (const content of contents.slice(turn + 1)) {
    const first = list(content.parts).find((part) => part.functionCall);
    if (first && !first.thoughtSignature) {
      yield "Function call is missing a thought_signature in functionCall parts. This is required for tools to work " +
        `correctly. Function call: ${str(obj(first.functionCall).name)}.`;
    }
  }
}
