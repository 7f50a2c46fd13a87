/**
 * Codex's app-server: JSON-RPC, one message a line, without the `jsonrpc` member
 * (https://github.com/openai/codex/blob/main/codex-rs/app-server/README.md). Our tools are its dynamic tools: it asks us
 * for each call, by its own id, and waits for as long as it takes.
 */
import { createCodexChat } from "./codex-chat.ts";
import { Desk } from "./desk.ts";
import { cliEnvironment } from "./environment.ts";
import { programFailed } from "./failures.ts";
import { type Json, str } from "./json.ts";
import type { CallAnswer, Link, LinkEvent, LinkOptions, LinkWish } from "./link.ts";
import { startLines } from "./process.ts";
import { Queue } from "./queue.ts";
import { createPeer } from "./rpc.ts";
import { dataUrl } from "./words.ts";

export async function startCodex(options: LinkOptions, wish: LinkWish): Promise<Link> {
  const { vendor } = options;
  await using stack = new AsyncDisposableStack();
  const events = new Queue<LinkEvent>();
  const tell = (event: LinkEvent) => events.push(event);
  const desk = stack.use(new Desk());
  const chat = createCodexChat(options, wish, tell);
  const peer = createPeer({
    write: (line) => child.write(line),
    onNotice: chat.notice,
    onRequest: (method, params) => (method === "item/tool/call" ? callTool(params, desk, tell) : refuse(method)),
  });
  const child = stack.use(
    startLines(
      { argv: [...options.command, "app-server"], cwd: options.cwd, env: cliEnvironment(options.env) },
      {
        onLine(line) {
          tell({ type: "alive" });
          peer.read(line);
        },
        onExit(why) {
          const error = programFailed(vendor, why, child.complaints());
          peer.end(error);
          tell({ type: "failed", error });
        },
      },
    ),
  );
  const ready = chat.open(peer);
  ready.catch(() => {});
  const owned = stack.move();
  return {
    pid: child.pid,
    events,
    gatherMs: 200,
    ready,
    say: chat.say,
    answer(key, answer) {
      const waits = desk.waits(key);
      desk.answer(key, answer);
      return waits;
    },
    interrupt: chat.interrupt,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function callTool(params: Json, desk: Desk, tell: (event: LinkEvent) => void): Promise<Json> {
  const key = str(params.callId);
  tell({ type: "call", key, name: str(params.tool), args: JSON.stringify(params.arguments ?? {}) });
  const { blocks, isError } = await desk.result(key);
  return { contentItems: blocks.map(outputItem), success: !isError };
}

function outputItem(block: CallAnswer["blocks"][number]): Json {
  if (block.type === "text") return { type: "inputText", text: block.text };
  return { type: "inputImage", imageUrl: dataUrl(block) };
}

/** Its own tools are off; should one ask all the same, it may not. */
async function refuse(method: string): Promise<Json> {
  if (method === "mcpServer/elicitation/request") return { action: "decline", content: null };
  if (/^item\/.*requestApproval$/.test(method)) return { decision: "decline" };
  throw new Error(`sagent does not answer ${method}`);
}
