/** One call of a tool: asked for and waited for, or, of a tool that works as a task, asked about until it has ended. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { CallToolRequest, Task } from "@modelcontextprotocol/sdk/types.js";
import type { ToolContext } from "../../agent/tool.ts";
import { oneLine } from "../output.ts";
import { type CallResult, callResultSchema } from "./result.ts";

export interface WantedCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The server does it in no other way. */
  readonly asTask: boolean;
  /** How long the server may be silent, in ms. */
  readonly timeout: number;
}

const progressMs = 50;

export async function callTool(client: Client, wanted: WantedCall, context: ToolContext): Promise<CallResult> {
  const { name, args, asTask, timeout } = wanted;
  const { signal } = context;
  const request: CallToolRequest = { method: "tools/call", params: { name, arguments: { ...args } } };
  const onprogress = progressTeller(context);
  const options = { signal, timeout, resetTimeoutOnProgress: true, onprogress };
  if (!asTask) return client.request(request, callResultSchema, options);
  let task: Task | undefined;
  const stream = client.experimental.tasks.requestStream(request, callResultSchema, { ...options, task: {} });
  try {
    for await (const news of untilAborted(stream, signal)) {
      if (news.type === "result") return news.result;
      if (news.type === "error") throw task?.statusMessage ? new Error(task.statusMessage) : news.error;
      task = news.task;
      context.progress({ type: "status", text: oneLine(task.statusMessage ?? task.status, 300) });
    }
    throw new Error("it gave no result");
  } catch (error) {
    if (signal.aborted && task) client.experimental.tasks.cancelTask(task.taskId).catch(() => {});
    throw error;
  }
}

/** Between two looks at a task as much time goes by as the server wishes. */
async function* untilAborted<Item>(stream: AsyncGenerator<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await Promise.race([stream.next(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** News that come faster than anybody reads are passed over. */
function progressTeller({ progress: tell }: ToolContext): (news: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return ({ progress, total, message }) => {
    const now = performance.now();
    if (now - last < progressMs) return;
    last = now;
    const count = total === undefined ? `${progress}` : `${progress} of ${total}`;
    tell({ type: "status", text: oneLine(message === undefined ? count : `${count}: ${message}`, 300) });
  };
}
