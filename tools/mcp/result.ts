/** What a server answers to a call, as a result of ours. */
import { type ContentBlock, ContentBlockSchema, type ReadResourceResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { Attachment } from "../../agent/message.ts";
import type { ToolOutput } from "../../agent/tool.ts";
import { maxImageBytes } from "../media.ts";
import { oneLine } from "../output.ts";
import type { Misfit } from "./schema.ts";

/** One part that makes no sense must not hide the others. */
export const callResultSchema = z.looseObject({
  content: z.array(z.unknown()).default([]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
export type CallResult = z.infer<typeof callResultSchema>;

const mostBlocks = 1_000;
const mostAttachments = 20;

type Check = (value: unknown) => readonly Misfit[];

/** `check` is of the schema that the tool promised for its structured content. */
export function outputOf(result: CallResult, check?: Check): ToolOutput {
  const blocks = result.content.slice(0, mostBlocks).map((raw) => ContentBlockSchema.safeParse(raw));
  const draft = new Draft();
  for (const { data } of blocks) {
    if (data) draft.add(data);
    else draft.say("[A part of the result is not of the protocol and was left out.]");
  }
  const left = result.content.length - blocks.length;
  if (left > 0) draft.say(`[${left.toLocaleString("en")} further parts of the result were left out.]`);
  const { structuredContent } = result;
  if (structuredContent !== undefined && !blocks.some(({ data }) => data?.type === "text")) {
    draft.say(JSON.stringify(structuredContent, null, 2));
  }
  const misfits = result.isError || structuredContent === undefined ? [] : (check?.(structuredContent) ?? []);
  const [misfit] = misfits;
  if (misfit) {
    const at = misfit.path.length > 0 ? `${misfit.path.join(".")} ` : "";
    draft.say(`[The result is not what the server promised: ${oneLine(`${at}${misfit.message}`, 300)}.]`);
  }
  return { ...draft.output(result.isError === true), ...cardOf(structuredContent) };
}

/** Longer ones are shown as text only. */
const maxCardChars = 100_000;

function cardOf(content: CallResult["structuredContent"]): Pick<ToolOutput, "details"> {
  const text = content === undefined ? "" : JSON.stringify(content);
  if (text === "" || text.length > maxCardChars) return {};
  return { details: { type: "custom", name: "json", data: JSON.parse(text) } };
}

/** What was read, each part under its address. */
export function resourceOutput({ contents }: ReadResourceResult): ToolOutput {
  const draft = new Draft();
  for (const resource of contents.slice(0, mostBlocks)) draft.add({ type: "resource", resource });
  if (contents.length === 0) draft.say("The resource is empty.");
  return draft.output(false);
}

class Draft {
  readonly #texts: string[] = [];
  readonly #attachments: Attachment[] = [];

  say(text: string): void {
    this.#texts.push(text);
  }

  add(block: ContentBlock): void {
    switch (block.type) {
      case "text":
        return this.say(block.text);
      case "image":
      case "audio":
        return this.#attach(block.mimeType, block.data, block.type);
      case "resource_link": {
        const { uri, name, description, mimeType } = block;
        const about = [mimeType, description].filter((each) => each !== undefined).join(", ");
        return this.say(oneLine(`[Resource ${name}: ${uri}${about === "" ? "" : ` (${about})`}]`, 1_000));
      }
      case "resource": {
        const { uri, mimeType = "application/octet-stream" } = block.resource;
        if ("text" in block.resource) return this.say(`[${oneLine(uri, 500)}]\n${block.resource.text}`);
        return this.#attach(mimeType, block.resource.blob, uri);
      }
    }
  }

  /** A model that cannot read it is told so by its provider. */
  #attach(mime: string, data: string, name: string): void {
    const what = `${oneLine(name, 200)} (${oneLine(mime, 80)}, ${Buffer.byteLength(data, "base64").toLocaleString("en")} bytes)`;
    if (!/^[a-z]+\/[\w.+-]+$/i.test(mime) || !isBase64(data)) return this.say(`[Broken: ${what}]`);
    if (!/^(?:image|audio)\/|^application\/pdf$/.test(mime)) return this.say(`[Not shown: ${what}]`);
    if (Buffer.byteLength(data, "base64") > maxImageBytes) return this.say(`[Too large to be shown: ${what}]`);
    if (this.#attachments.length >= mostAttachments) return this.say(`[One too many to be shown: ${what}]`);
    this.#attachments.push({ mime, data });
    this.say(`[Attached: ${what}]`);
  }

  output(isError: boolean): ToolOutput {
    const attachments = this.#attachments;
    return {
      text: this.#texts.join("\n") || (isError ? "The call failed; the server did not say why." : ""),
      ...(isError ? { isError } : {}),
      ...(attachments.length > 0 ? { attachments } : {}),
    };
  }
}

const isBase64 = (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
