/**
 * Files that messages carry do not travel over the socket: a picture of some megabytes would hold up every word behind it.
 * The page gets an address in place of the bytes.
 */
import type { AgentEvent, EventOf } from "../agent/event.ts";
import type { Attachment } from "../agent/message.ts";

/** In characters of base64; what is smaller goes along. */
const inlineChars = 16 * 1024;

/** Pictures that can hold no script, and PDFs; all else is served as bytes. */
const shown: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/bmp",
  "application/pdf",
]);

/** The event with addresses in place of what is large; the same one where nothing is. */
export function withoutFiles<Event extends AgentEvent>(event: Event, session: string): Event {
  const files = filesOf(event);
  if (!files?.some(({ data }) => data.length > inlineChars)) return event;
  const entry = event.type === "message" ? event.message.id : event.type === "queued" ? event.queueId : "";
  const at = `/api/sessions/${session}/attachments/${encodeURIComponent(event.agent)}/${entry}`;
  const attachments = files.map((file, index) => {
    if (file.data.length <= inlineChars) return file;
    return { ...file, data: `at:${at}/${index}?bytes=${bytesOf(file)}` };
  });
  if (event.type !== "message") return { ...event, attachments };
  return { ...event, message: { ...event.message, attachments } };
}

/** The file that such an address means, among events of its agent. */
export function findFile(events: Iterable<AgentEvent>, entry: string, index: number): Attachment | undefined {
  for (const event of events) {
    const isIt = event.type === "message" ? event.message.id === entry : isQueued(event) && event.queueId === entry;
    if (isIt) return filesOf(event)?.[index];
  }
  return undefined;
}

export function fileResponse(file: Attachment | undefined): Response {
  if (!file) return new Response("There is no such file.", { status: 404 });
  const type = shown.has(file.mime) ? file.mime : "application/octet-stream";
  return new Response(Buffer.from(file.data, "base64"), {
    headers: {
      "content-type": type,
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, max-age=86400",
    },
  });
}

const isQueued = (event: AgentEvent): event is EventOf<"queued"> => event.type === "queued";

function filesOf(event: AgentEvent): readonly Attachment[] | undefined {
  if (event.type === "queued") return event.attachments;
  return event.type === "message" && event.message.type !== "assistant" ? event.message.attachments : undefined;
}

const bytesOf = ({ data }: Attachment) => Math.floor((data.replace(/=+$/, "").length * 3) / 4);
