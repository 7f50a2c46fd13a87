/** Our tools, as clients of the Model Context Protocol see them. */
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { systemClock } from "../agent/clock.ts";
import type { Attachment } from "../agent/message.ts";
import {
  type AnyTool,
  exclusive,
  type SerializeKey,
  type ToolContext,
  toolSpec,
  type Workspace,
} from "../agent/tool.ts";
import { oneLine, sliceWhole } from "../tools/output.ts";
import type { HostedCall, HostedTool } from "./mcp-host.ts";

const readers: readonly string[] = ["Read", "Grep", "Glob", "List", "WebSearch", "WebFetch"];
const mostChars = 100_000;
const charsPerToken = 4;
const progressMs = 50;

/** The tools share a workspace; those whose keys are equal run one after the other. */
export function hostedTools(tools: readonly AnyTool[], workspace: Workspace): HostedTool[] {
  const lanes = new Lanes();
  let count = 0;
  return tools.map((tool) => {
    const { name, description, schema } = toolSpec(tool);
    const isReader = readers.includes(name);
    return {
      listed: {
        name,
        description,
        inputSchema: { ...schema, type: "object" },
        annotations: { readOnlyHint: isReader, ...(isReader ? {} : { destructiveHint: true }) },
      },
      async call(given, call) {
        const parsed = tool.schema.safeParse(given);
        if (!parsed.success) return failed(`Not run: the arguments do not fit.\n${z.prettifyError(parsed.error)}`);
        const args = parsed.data as never;
        count += 1;
        const context = contextOf(workspace, call, count);
        return lanes.run(tool.serializeKey(args, workspace), async () => {
          const { text, isError = false, attachments = [] } = await tool.run(args, context);
          return { content: [{ type: "text", text: bounded(text) }, ...attachments.map(blockOf)], isError };
        });
      },
    };
  });
}

const failed = (text: string): CallToolResult => ({ content: [{ type: "text", text }], isError: true });

function bounded(text: string): string {
  if (text.length <= mostChars) return text || "(no output)";
  return `${sliceWhole(text, mostChars)}\n[${(text.length - mostChars).toLocaleString("en")} more characters were left out.]`;
}

function blockOf({ mime, data, name = "attachment" }: Attachment): CallToolResult["content"][number] {
  if (mime.startsWith("image/")) return { type: "image", mimeType: mime, data };
  if (mime.startsWith("audio/")) return { type: "audio", mimeType: mime, data };
  return { type: "resource", resource: { uri: `attachment:${encodeURIComponent(name)}`, mimeType: mime, blob: data } };
}

function contextOf(workspace: Workspace, call: HostedCall, count: number): ToolContext {
  const teller = progressTeller(call);
  return {
    callId: `c${count}`,
    agent: "client",
    signal: call.signal,
    clock: systemClock,
    workspace,
    countTokens: (text) => Math.ceil(text.length / charsPerToken),
    progress: ({ text }) => teller(text),
  };
}

/** A client hears a line of what goes on; what comes faster than anybody reads is passed over. */
export function progressTeller(call: HostedCall): (text: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  let progress = 0;
  return (text) => {
    const now = performance.now();
    if (now - last < progressMs) return;
    last = now;
    progress += 1;
    call.progress(progress, undefined, oneLine(text, 200));
  };
}

/** Work with equal keys in the order in which it came; what is exclusive waits for all, and all for it. */
class Lanes {
  readonly #ends = new Map<SerializeKey, Promise<unknown>>();

  run<Result>(key: SerializeKey, work: () => Promise<Result>): Promise<Result> {
    if (key === undefined) return work();
    const before = key === exclusive ? [...this.#ends.values()] : [this.#ends.get(key), this.#ends.get(exclusive)];
    const result = Promise.allSettled(before).then(work);
    const end = result
      .catch(() => {})
      .then(() => {
        if (this.#ends.get(key) === end) this.#ends.delete(key);
      });
    this.#ends.set(key, end);
    return result;
  }
}
