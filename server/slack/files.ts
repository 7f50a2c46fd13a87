/** Files of a message, fetched with the bot's token from Slack's own hosts, for a model that can take them. */
import { messageOf } from "../../agent/error.ts";
import type { Attachment } from "../../agent/message.ts";
import type { ModelInfo } from "../../agent/model.ts";
import { maxMediaBytes, sniffMedia } from "../../tools/media.ts";
import type { SlackFile } from "./incoming.ts";

export interface FileAccess {
  readonly token: string;
  /** Of the Web API, where it is not Slack's own; files may lie there too. */
  readonly baseUrl: string | undefined;
  readonly signal: AbortSignal;
}

export interface FetchedFiles {
  readonly attachments: readonly Attachment[];
  /** What stands in a message in place of a file that could not be taken, and texts. */
  readonly notes: readonly string[];
}

const maxTextBytes = 100_000;
const timeoutMs = 20_000;

export async function fetchFiles(
  files: readonly SlackFile[],
  info: ModelInfo,
  access: FileAccess,
): Promise<FetchedFiles> {
  const attachments: Attachment[] = [];
  const notes: string[] = [];
  for (const file of files) {
    try {
      const taken = await fetchFile(file, info, access);
      if (typeof taken === "string") notes.push(taken);
      else attachments.push(taken);
    } catch (error) {
      notes.push(`[The file ${file.name} could not be fetched: ${messageOf(error)}]`);
    }
  }
  return { attachments, notes };
}

async function fetchFile(file: SlackFile, info: ModelInfo, access: FileAccess): Promise<Attachment | string> {
  const { name, mime, bytes } = file;
  const isText = mime.startsWith("text/") || mime === "application/json";
  const isSeen = info.images && (mime.startsWith("image/") || mime === "application/pdf");
  const most = isText ? maxTextBytes : maxMediaBytes(mime);
  const what = `${name} (${mime}, ${bytes.toLocaleString("en")} bytes)`;
  if (!isText && !isSeen) return `[The file ${what} is of a kind that you cannot be shown.]`;
  if (bytes > most) return `[The file ${what} is too large to be shown.]`;
  const data = await download(file, most, access);
  if (isText) return `[File ${name}]\n${data.toString("utf8")}`;
  const found = sniffMedia(name, data);
  if (found === undefined) return `[The file ${what} is not what it says, or the bot may not read it (files:read).]`;
  return { mime: found, data: data.toString("base64"), name };
}

async function download({ url }: SlackFile, most: number, { token, baseUrl, signal }: FileAccess): Promise<Buffer> {
  if (!isSlacks(url, baseUrl)) throw new Error("it does not lie with Slack.");
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  if (response.status !== 200) throw new Error(`Slack answered with status ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) throw new Error("it is larger than it says.");
  }
  return Buffer.concat(chunks);
}

/** The token goes nowhere else. */
export function isSlacks(address: string, baseUrl: string | undefined): boolean {
  const url = URL.parse(address);
  if (url?.username !== "") return false;
  if (baseUrl !== undefined && url.origin === URL.parse(baseUrl)?.origin) return true;
  return url.protocol === "https:" && url.port === "" && /(^|\.)slack\.com$/.test(url.hostname);
}
