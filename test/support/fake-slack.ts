/**
 * A Slack workspace on this machine: the Web API over HTTP and Socket Mode over a WebSocket. It refuses what Slack would refuse, and
 * notes as a problem what a well-behaved client never does.
 */
import { FakeSockets, type Ticket } from "./fake-slack-socket.ts";
import { type Form, methods } from "./fake-slack-web.ts";
import { bot, type FakeChannel, type FakeFile, type FakeMessage, SlackWorld } from "./fake-slack-world.ts";

export type SlackFault = "limited" | "down" | "page" | "cut" | "loop" | "elsewhere" | "slow" | "lost" | "empty";

export interface FakeSlack extends AsyncDisposable {
  /** Variables that lead a client here. */
  readonly env: Readonly<Record<"SLACK_BOT_TOKEN" | "SLACK_APP_TOKEN" | "SLACK_BASE_URL", string>>;
  readonly world: SlackWorld;
  readonly sockets: FakeSockets;
  /** What a well-behaved client never does; empty at the end of a good test. */
  readonly problems: readonly string[];
  /** Names of the methods that were called, in order. */
  readonly calls: readonly string[];
  /** Scopes that the app lacks. */
  readonly lacks: Set<string>;
  /** What goes wrong with calls of a method from now on, for so many of them; undefined for nothing. */
  fault(method: string, fault: SlackFault | undefined, times?: number): void;
  /** Somebody says something; the client is told. Gives its time. */
  say(channel: string, user: string, text: string, options?: SayOptions): string;
  /** Somebody reacts to a message. */
  react(channel: string, user: string, ts: string, name: string): void;
  /** A file that a message may carry. */
  file(name: string, mimetype: string, bytes: Uint8Array<ArrayBuffer>): FakeFile;
  /** What the bot has posted there, oldest first. */
  saidBy(channel: string): readonly FakeMessage[];
}

interface SayOptions {
  readonly thread?: string | undefined;
  readonly files?: readonly FakeFile[];
  /** The kind of event; `message` where absent. */
  readonly type?: "message" | "app_mention";
}

const [botToken, appToken] = ["xoxb-test-bot-token", "xapp-test-app-token"];
const retryAfterSec = 1;

interface Office {
  readonly world: SlackWorld;
  readonly sockets: FakeSockets;
  readonly problem: (words: string) => void;
  readonly calls: string[];
  readonly lacks: Set<string>;
  readonly faults: Map<string, { readonly fault: SlackFault; left: number }>;
  /** By method, until when it must not be called. */
  readonly waits: Map<string, number>;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
}

export function fakeSlack(): FakeSlack {
  const problems: string[] = [];
  const problem = (words: string) => void problems.push(words);
  const world = new SlackWorld();
  const sockets = new FakeSockets(problem);
  const office: Office = {
    world,
    sockets,
    problem,
    calls: [],
    lacks: new Set(),
    faults: new Map(),
    waits: new Map(),
    files: new Map(),
  };
  const server = Bun.serve<Ticket, never>({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request, self) => handle(office, request, self),
    websocket: sockets.handlers,
  });
  const base = `http://127.0.0.1:${server.port}`;
  return {
    env: { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_BASE_URL: `${base}/api` },
    world,
    sockets,
    problems,
    calls: office.calls,
    lacks: office.lacks,
    fault: (method, fault, times = Number.POSITIVE_INFINITY) =>
      void (fault ? office.faults.set(method, { fault, left: times }) : office.faults.delete(method)),
    say: (channel, user, text, options) => say(office, placeOf(world, channel), { user, text, ...options }),
    react(name, user, ts, reaction) {
      const item = { type: "message", channel: placeOf(world, name).id, ts };
      sockets.deliver({ type: "reaction_added", user, reaction, item, item_user: bot.id, event_ts: ts });
    },
    file(name, mimetype, content) {
      const id = world.nextId("F");
      office.files.set(`/files/${id}`, content);
      return { id, name, mimetype, size: content.length, url_private_download: `${base}/files/${id}` };
    },
    saidBy: (channel) => placeOf(world, channel).messages.filter(({ user }) => user === bot.id),
    [Symbol.asyncDispose]: async () => {
      sockets[Symbol.dispose]();
      await server.stop(true);
    },
  };
}

function placeOf(world: SlackWorld, name: string): FakeChannel {
  const channel = name.startsWith("@") ? world.direct(name.slice(1)) : world.named(name);
  if (!channel) throw new Error(`The fake Slack has no channel ${name}.`);
  return channel;
}

function say(
  { world, sockets }: Office,
  channel: FakeChannel,
  said: SayOptions & { user: string; text: string },
): string {
  const { user, text, thread, files, type = "message" } = said;
  const posted = world.post(channel, {
    user,
    text,
    ...(thread ? { thread_ts: thread } : {}),
    ...(files ? { files } : {}),
  });
  const { reactions: _, ...message } = posted;
  const kind = channel.id.startsWith("D") ? "im" : "channel";
  const subtype = files ? { subtype: "file_share" } : {};
  sockets.deliver({ type, ...subtype, ...message, channel: channel.id, channel_type: kind, event_ts: message.ts });
  return message.ts;
}

async function handle(office: Office, request: Request, server: Bun.Server<Ticket>): Promise<Response | undefined> {
  const { sockets, problem, calls, faults, waits, files } = office;
  const url = new URL(request.url);
  if (/xox|xapp/.test(request.url)) problem(`a token in an address: ${url.pathname}`);
  if (url.pathname === "/link") return sockets.accept(request, server);
  const authorization = request.headers.get("authorization") ?? "";
  const bytes = files.get(url.pathname);
  // Slack shows who may not have a file the page of a login.
  if (bytes) return authorization === `Bearer ${botToken}` ? new Response(bytes) : new Response("<html>");
  const method = url.pathname.replace("/api/", "");
  calls.push(method);
  if (authorization !== `Bearer ${method === "apps.connections.open" ? appToken : botToken}`) {
    const error = /xox|xapp/.test(authorization) ? "not_allowed_token_type" : "invalid_auth";
    return Response.json({ ok: false, error });
  }
  const form: Form = new URLSearchParams(await request.text());
  if (Date.now() < (waits.get(method) ?? 0)) problem(`${method} before its Retry-After was over`);
  const found = faults.get(method);
  if (found && found.left-- > 0) return misbehave(found.fault, office, method, form);
  if (method === "apps.connections.open") return Response.json({ ok: true, url: sockets.ticket(url.host) });
  return Response.json(perform(office, method, form));
}

function perform({ world, problem, lacks }: Office, method: string, form: Form) {
  const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
  return known?.(form, { world, problem, lacks }) ?? { ok: false, error: "unknown_method" };
}

async function misbehave(fault: SlackFault, office: Office, method: string, form: Form): Promise<Response> {
  switch (fault) {
    case "limited":
      office.waits.set(method, Date.now() + retryAfterSec * 1_000 - 50);
      return Response.json(
        { ok: false, error: "ratelimited" },
        { status: 429, headers: { "retry-after": String(retryAfterSec) } },
      );
    case "down":
      return new Response("upstream", { status: 502, headers: { "content-type": "text/html" } });
    case "page":
      return new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } });
    case "cut":
      return new Response('{"ok": true, "mess', { headers: { "content-type": "application/json" } });
    case "empty":
      return new Response("");
    case "loop":
      return new Response(null, { status: 302, headers: { location: `/api/${method}` } });
    case "elsewhere":
      return new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/steal" } });
    case "lost":
      perform(office, method, form);
      return new Response("upstream", { status: 502, headers: { "content-type": "text/html" } });
    case "slow":
      return new Promise(() => {});
  }
}
