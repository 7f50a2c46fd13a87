/**
 * Reads one stored event. Files come from crashes, older versions and editors, so every record is held against the
 * event schema; a plain check that accepts less than the schema does lets the common ones by at a tenth of the time.
 */
import { type AgentEvent, durable } from "./event.ts";
import { eventSchema } from "./event-schema.ts";
import { resultKindSchema, stopReasonSchema, toolDetailsSchema } from "./message-schema.ts";

type Fields = Record<string, unknown>;

/**
 * The event of a line, or undefined when nothing sound is in it. A wrong optional field or list item is dropped and the
 * rest kept; a wrong required field loses what needs it.
 */
export function readRecord(line: string): AgentEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const event = isSound(value) ? value : salvage(value);
    return event && durable.has(event.type) ? event : undefined;
  } catch {
    return undefined; // not JSON, or nested deeper than the stack
  }
}

/** Removes what the schema objects to, ever closer to the root, until the rest passes. */
function salvage(value: unknown): AgentEvent | undefined {
  for (;;) {
    dropBadAttachments(value);
    const parsed = eventSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const path = parsed.error.issues[0]?.path ?? [];
    if (!removeDeepest(value, path)) return undefined;
  }
}

/** Removes the deepest part of `path` that exists; false when that is the value itself. */
function removeDeepest(root: unknown, path: readonly PropertyKey[]): boolean {
  for (let depth = path.length; depth > 0; depth--) {
    const key = path[depth - 1];
    const holder = path.slice(0, depth - 1).reduce<unknown>(valueAt, root);
    if (Array.isArray(holder) && typeof key === "number" && key < holder.length) {
      holder.splice(key, 1);
      return true;
    }
    if (isFields(holder) && Object.hasOwn(holder, String(key))) {
      delete holder[String(key)];
      return true;
    }
  }
  return false;
}

function valueAt(holder: unknown, key: PropertyKey): unknown {
  return typeof holder === "object" && holder !== null ? Reflect.get(holder, key) : undefined;
}

function dropBadAttachments(event: unknown): void {
  const message = isFields(event) ? event.message : undefined;
  if (!isFields(message) || !Array.isArray(message.attachments)) return;
  message.attachments = message.attachments.filter(isAttachment);
}

// --- The plain check: true only for what the schema would accept -------------------------------------------------------

const stopReasons = new Set<unknown>(stopReasonSchema.options);
const resultKinds = new Set<unknown>(resultKindSchema.options);
const messageId = /^m\d{1,15}$/;
const callId = /^c\d{1,15}$/;
const mimeType = /^(application|audio|image|text|video)\/[\w.+-]+$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

function isSound(event: unknown): event is AgentEvent {
  if (!isFields(event) || !isPositive(event.seq) || !isText(event.agent) || !isNumber(event.at)) return false;
  if (event.type === "message") return isMessage(event.message);
  if (event.type !== "callEnded") return false;
  const numbers = isNumber(event.costUsd) && isNumber(event.totalCostUsd) && isNumber(event.durationMs);
  return numbers && isId(event.message, messageId) && isUsage(event.usage);
}

function isMessage(message: unknown): boolean {
  if (!isFields(message) || !isId(message.id, messageId) || !isNumber(message.at)) return false;
  switch (message.type) {
    case "user":
      return isText(message.text) && areAttachments(message.attachments);
    case "peer":
      return isText(message.from) && isText(message.text) && areAttachments(message.attachments);
    case "assistant":
      return isAnswer(message);
    case "toolResult":
      return isResult(message);
    default:
      return false;
  }
}

function isAnswer(message: Fields): boolean {
  const { origin, parts, usage } = message;
  if (!isFields(origin) || !isText(origin.provider) || !isText(origin.model)) return false;
  if (!stopReasons.has(message.stopReason) || !isOptional(message.costUsd, isNumber)) return false;
  return isOptional(usage, isUsage) && Array.isArray(parts) && parts.every(isPart);
}

function isPart(part: unknown): boolean {
  if (!isFields(part) || !isOptional(part.signature, isText)) return false;
  switch (part.type) {
    case "text":
      return isText(part.text);
    case "thinking":
      return isText(part.text) && isOptional(part.data, isJson);
    case "toolCall":
      return isCall(part);
    default:
      return false;
  }
}

function isCall(part: Fields): boolean {
  const named = isId(part.callId, callId) && isText(part.name) && isOptional(part.malformed, isText);
  return named && isFields(part.args) && isJson(part.args);
}

function isResult(message: Fields): boolean {
  const named = isId(message.callId, callId) && isText(message.name) && isText(message.text);
  if (!named || !resultKinds.has(message.kind) || typeof message.isError !== "boolean") return false;
  if (!isOptional(message.durationMs, isNumber) || !areAttachments(message.attachments)) return false;
  if (!isOptional(message.taken, (names) => Array.isArray(names) && names.every(isText))) return false;
  return isOptional(message.details, (details) => toolDetailsSchema.safeParse(details).success);
}

function areAttachments(list: unknown): boolean {
  return isOptional(list, (value) => Array.isArray(value) && value.every(isAttachment));
}

function isAttachment(value: unknown): boolean {
  if (!isFields(value) || !isOptional(value.name, isText)) return false;
  const { mime, data } = value;
  return typeof mime === "string" && mimeType.test(mime) && typeof data === "string" && base64.test(data);
}

function isUsage(usage: unknown): boolean {
  if (!isFields(usage) || !isNumber(usage.input) || !isNumber(usage.output)) return false;
  return isNumber(usage.cacheRead) && isNumber(usage.cacheWrite) && isNumber(usage.cacheWrite1h);
}

/** What JSON.parse returns is JSON but for numbers that overflowed. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isJson);
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isId(value: unknown, shape: RegExp): boolean {
  return typeof value === "string" && shape.test(value);
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
