/**
 * The workspace over HTTP: every route there is, in one table that the tests attack. Each request passes the doors first.
 * What the page asks once goes here; what goes on goes over the socket.
 */
import { Elysia, t } from "elysia";
import { SagentError, toErrorInfo } from "../agent/error.ts";
import { providerRows } from "./api-models.ts";
import type { Assets } from "./assets.ts";
import type { Wire } from "./client.ts";
import type { Desk } from "./desk.ts";
import type { Doors } from "./doors.ts";
import { localState } from "./local-models.ts";
import { isModelWorker, runtimeFile, workerHeaders } from "./page-runtime.ts";
import { Connection, type SocketHost, socketLimits } from "./socket.ts";

export interface AppOptions {
  /** Undefined while the port is not yet known: nobody comes in then. */
  readonly doors: () => Doors | undefined;
  readonly assets: Assets;
  readonly host: SocketHost;
  readonly desk: Desk;
}

const pathText = t.String({ maxLength: 4_096 });
const path = { query: t.Object({ path: pathText }) };
const words = { query: t.Object({ q: t.String({ maxLength: 500 }) }) };
const idText = t.String({ pattern: "^[0-9a-f]{12}$" });
const id = { params: t.Object({ id: idText }) };
const maySession = { query: t.Object({ session: t.Optional(idText) }) };
const agent = { params: t.Object({ id: idText, agent: t.String() }) };
const call = { ...id, body: t.Object({ agent: t.String(), call: t.String() }) };
const fork = {
  ...id,
  body: t.Object({ upTo: t.Optional(t.String({ maxLength: 20 })), agent: t.Optional(t.String()) }),
};

/** Not yet listening. */
export function makeApp(options: AppOptions) {
  const { assets, desk, host } = options;
  const doors = () => options.doors() ?? never();
  const connections = new Map<string, Connection>();
  return new Elysia({ websocket: { ...socketLimits } })
    .onRequest(({ request, server }) => letIn(options.doors(), request, peerOf(server, request)))
    .onAfterHandle(({ set, path }) => {
      Object.assign(set.headers, doors().headers, isModelWorker(path) ? workerHeaders : {});
    })
    .onError(({ error, set }) => {
      Object.assign(set.headers, doors().headers);
      if (!(error instanceof SagentError)) return undefined;
      set.status = 400;
      return { error: toErrorInfo(error) };
    })
    .get("/", ({ request }) => assets.respond("index.html", request))
    .get("/assets/:name", ({ request, params: { name } }) => assets.respond(name, request))
    .get("/launch", ({ request, server }) => doors().launch(request, peerOf(server, request)))
    .post("/api/login", ({ request, server }) => doors().login(request, peerOf(server, request)), { parse: "none" })
    .post("/api/launch", () => ({ path: doors().launchPath() }))
    .get("/api/health", () => ({ ok: true, pid: process.pid }))
    .get("/api/models", () => providerRows(desk.env, desk.config, host.pageModels.isOffered))
    .get("/api/commands", ({ query }) => desk.commands(query.session), maySession)
    .get("/api/local", () => localState(options.host.pulls.news))
    .get("/api/find", ({ query: { q }, request }) => desk.find(q, request.signal), words)
    .get("/api/files/find", ({ query: { q } }) => desk.findFiles(q), { query: t.Object({ q: t.String() }) })
    .get("/api/files/tree", ({ query }) => desk.tree(query.path), path)
    .get("/api/files/read", ({ query: { path, ...place } }) => desk.readFile(path, place), {
      query: t.Object({ path: pathText, offset: t.Optional(t.Numeric()), line: t.Optional(t.Numeric()) }),
    })
    .get("/api/files/raw", ({ query }) => desk.rawFile(query.path), path)
    .get("/api/weights/:folder/*", ({ params }) => fileOf(host.pageModels.file(params.folder, params["*"])))
    .get("/api/runtime/:name", ({ params: { name } }) => fileOf(runtimeFile(name)))
    .post("/api/editor", ({ body }) => desk.openEditor(body.path, body.line), {
      body: t.Object({ path: t.String(), line: t.Optional(t.Number()) }),
    })
    .post("/api/sessions/refresh", () => desk.refresh())
    .patch("/api/sessions/:id", ({ params, body }) => desk.rename(params.id, body.title), {
      ...id,
      body: t.Object({ title: t.String({ maxLength: 200 }) }),
    })
    .delete("/api/sessions/:id", ({ params }) => desk.remove(params.id), id)
    .post("/api/sessions/:id/restore", ({ params }) => desk.restore(params.id), id)
    .post("/api/sessions/:id/fork", ({ params, body }) => desk.fork(params.id, body.upTo, body.agent), fork)
    .get("/api/sessions/:id/export", ({ params, query }) => desk.export(params.id, query.format), {
      ...id,
      query: t.Object({ format: t.Union([t.Literal("markdown"), t.Literal("json"), t.Literal("html")]) }),
    })
    .get("/api/sessions/:id/attachments/:agent/:entry/:index", ({ params }) => desk.file(params), {
      params: t.Object({ id: idText, agent: t.String(), entry: t.String(), index: t.Numeric({ minimum: 0 }) }),
    })
    .get("/api/sessions/:id/spans", ({ params }) => desk.spans(params.id), id)
    .get("/api/sessions/:id/agents/:agent", ({ params }) => desk.agent(params.id, params.agent), agent)
    .get("/api/sessions/:id/changes", ({ params }) => desk.changes(params.id), id)
    .get("/api/sessions/:id/diff", ({ params, query }) => desk.diff(params.id, query.path, query.against), {
      ...id,
      query: t.Object({ path: t.String(), against: t.Union([t.Literal("session"), t.Literal("git")]) }),
    })
    .post("/api/sessions/:id/undo", ({ params, body }) => desk.undo(params.id, body.agent, body.call), call)
    .ws("/api/socket", {
      open({ id, raw }) {
        if (isWire(raw)) connections.set(id, new Connection(options.host, raw));
      },
      // Elysia has parsed what looked like JSON; our own codec takes that too.
      message: ({ id }, data) => connections.get(id)?.take(data),
      drain: ({ id }) => connections.get(id)?.drained(),
      close({ id }) {
        connections.get(id)?.closed();
        connections.delete(id);
      },
    });
}

function letIn(doors: Doors | undefined, request: Request, peer: string): Response | undefined {
  return doors ? doors.check(request, peer) : new Response("Starting.", { status: 503 });
}

async function fileOf(file: Bun.BunFile | undefined): Promise<Response> {
  return file && (await file.exists()) ? new Response(file) : new Response("There is no such file.", { status: 404 });
}

type Asked = { requestIP(request: Request): { address: string } | null } | null;

const peerOf = (server: Asked, request: Request) => server?.requestIP(request)?.address ?? "";

function never(): never {
  throw new Error("A request came in before the doors were there.");
}

/** Bun's own socket, which Elysia's types tell only a part of. */
function isWire(raw: object): raw is Wire {
  return "getBufferedAmount" in raw;
}

export type App = ReturnType<typeof makeApp>;
