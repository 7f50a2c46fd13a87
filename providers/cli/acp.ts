/**
 * Any agent that speaks the Agent Client Protocol over its input and output (https://agentclientprotocol.com), Gemini CLI
 * among them. Our tools are an MCP server of the session.
 */
import type { client, RequestPermissionRequest, SessionNotification, Stream } from "@agentclientprotocol/sdk";
import { framedSystem } from "./about.ts";
import { createAcpChat } from "./acp-chat.ts";
import { bridgeName, type Mount, mountBridge } from "./bridge.ts";
import { Desk } from "./desk.ts";
import { cliEnvironment } from "./environment.ts";
import { programFailed } from "./failures.ts";
import { parseLine } from "./json.ts";
import type { Link, LinkEvent, LinkOptions, LinkWish } from "./link.ts";
import { openNotes } from "./notes.ts";
import { startLines } from "./process.ts";
import { Queue } from "./queue.ts";

/** A program that announces calls one after another answers fast; some make them one at a time only. */
const gatherMs = 200;

export async function startAcp(options: LinkOptions, wish: LinkWish): Promise<Link> {
  const { vendor } = options;
  const { client, PROTOCOL_VERSION } = await import("@agentclientprotocol/sdk");
  await using stack = new AsyncDisposableStack();
  const events = new Queue<LinkEvent>();
  const tell = (event: LinkEvent) => events.push(event);
  const desk = stack.use(new Desk());
  const mount = stack.use(
    await mountBridge({
      tools: wish.tools,
      onCall({ name, args, signal }) {
        const key = crypto.randomUUID();
        const result = desk.result(key, signal);
        chat.called();
        tell({ type: "call", key, name, args: JSON.stringify(args) });
        return result;
      },
    }),
  );
  const notes = stack.use(openNotes({ "system.md": framedSystem(wish.system) }));
  const lines = lineStream((line) => child.write(line));
  const child = stack.use(
    startLines(
      {
        argv: [...options.command, ...flags(options)],
        cwd: options.cwd,
        env: cliEnvironment(options.env, variables(options, notes.path)),
      },
      {
        onLine(line) {
          tell({ type: "alive" });
          lines.read(line);
        },
        onExit(why) {
          tell({ type: "failed", error: programFailed(vendor, why, child.complaints()) });
          lines.end();
        },
      },
    ),
  );
  const chat = createAcpChat(options, wish, tell);
  const connection = listen(client({ name: "sagent" }), chat.update).connect(lines.stream);
  stack.defer(() => connection.close());
  const ready = chat.open(connection.agent, PROTOCOL_VERSION, wish.tools.length === 0 ? [] : [server(mount)]);
  ready.catch(() => {});
  const owned = stack.move();
  return {
    pid: child.pid,
    events,
    gatherMs,
    ready,
    say: chat.say,
    answer(key, answer) {
      const waits = desk.waits(key);
      desk.answer(key, answer);
      return waits;
    },
    interrupt() {
      // Not by the connection, which writes when it comes to it: the input may be closed by then.
      const cancellation = chat.cancellation();
      if (cancellation) child.write(JSON.stringify(cancellation));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function flags({ vendor, info }: LinkOptions): readonly string[] {
  if (vendor.catalog === undefined) return [];
  return ["--acp", "--model", info.wireId, "-e", "none", "--allowed-mcp-server-names", bridgeName];
}

/**
 * Gemini CLI reads its system prompt from a file, and the settings of the directory where it is told to trust it; other
 * agents are told the prompt in front of the conversation.
 */
function variables({ vendor }: LinkOptions, notes: string): Record<string, string> {
  return vendor.catalog === undefined
    ? {}
    : { GEMINI_SYSTEM_MD: `${notes}/system.md`, GEMINI_CLI_TRUST_WORKSPACE: "true" };
}

function server({ url, token }: Mount) {
  const headers = [{ name: "Authorization", value: `Bearer ${token}` }];
  return { type: "http" as const, name: bridgeName, url, headers };
}

function listen(app: ReturnType<typeof client>, update: (news: SessionNotification) => void) {
  return app
    .onNotification("session/update", ({ params }) => update(params))
    .onRequest("session/request_permission", ({ params }) => permit(params));
}

const ours = new RegExp(`^mcp_{1,2}${bridgeName}_`);

/** Our tools ask a person by themselves where they must; the agent's own are not wanted. */
function permit({ options, toolCall }: RequestPermissionRequest) {
  const isOurs = ours.test(toolCall.toolCallId) || ours.test(toolCall.title ?? "");
  const wanted = isOurs ? "allow_once" : "reject_once";
  const option = options.find(({ kind }) => kind === wanted);
  return {
    outcome: option ? { outcome: "selected" as const, optionId: option.optionId } : { outcome: "cancelled" as const },
  };
}

/** The SDK's kind of stream over lines. What is no JSON object is passed over: some agents print more than they should. */
function lineStream(write: (line: string) => void) {
  let controller: ReadableStreamDefaultController | undefined;
  const stream: Stream = {
    readable: new ReadableStream({
      start(opened) {
        controller = opened;
      },
      cancel() {
        controller = undefined;
      },
    }),
    writable: new WritableStream({ write: (message) => write(JSON.stringify(message)) }),
  };
  return {
    stream,
    read(line: string): void {
      const message = parseLine(line);
      if (message) controller?.enqueue(message);
    },
    end(): void {
      controller?.close();
      controller = undefined;
    },
  };
}
