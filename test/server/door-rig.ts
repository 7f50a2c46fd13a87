/** A server with nothing but doors: what passes them is told that it is inside. */
import type { Clock } from "../../agent/clock.ts";
import { Doors } from "../../server/doors.ts";
import { randomCode } from "../../server/token.ts";

export interface DoorRig extends AsyncDisposable {
  readonly doors: Doors;
  readonly port: number;
  readonly token: string;
  /** Such as `http://127.0.0.1:4096`. */
  readonly origin: string;
  /** A request as the page makes it, without a token; redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** As a peer of another address would be treated, past the network. */
  from(peer: string, path: string, init?: RequestInit): Promise<Response>;
}

export interface RigOptions {
  /** Where the doors think that the server listens; it listens on loopback. */
  readonly host?: string;
  readonly secret?: string;
  readonly clock?: Clock;
  /** What the root answers once inside. */
  readonly page?: string;
}

export async function openDoors({
  host = "127.0.0.1",
  page = "inside",
  ...options
}: RigOptions = {}): Promise<DoorRig> {
  const token = randomCode();
  let doors: Doors | undefined;
  const answer = async (request: Request, peer: string): Promise<Response> => {
    if (!doors) return new Response("Starting.", { status: 503 });
    const refusal = doors.check(request, peer);
    if (refusal) return refusal;
    const { pathname } = new URL(request.url);
    if (pathname === "/launch") return doors.launch(request, peer);
    if (pathname === "/api/login") return doors.login(request, peer);
    if (pathname === "/api/health") return Response.json({ ok: true, pid: process.pid });
    if (pathname === "/api/launch") return Response.json({ path: doors.launchPath() });
    return new Response(page, { headers: { ...doors.headers, "content-type": "text/html" } });
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request, self) {
      const given = await answer(request, self.requestIP(request)?.address ?? "");
      return given.ok && request.headers.has("upgrade") && self.upgrade(request) ? undefined : given;
    },
    websocket: { open: (socket) => void socket.send("inside"), message() {} },
  });
  const port = server.port ?? 0;
  doors = new Doors({ token, host, port, ...options });
  const origin = `http://127.0.0.1:${port}`;
  return {
    doors,
    port,
    token,
    origin,
    fetch: (path, init) => fetch(origin + path, { redirect: "manual", ...init }),
    from(peer, path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("host", `127.0.0.1:${port}`);
      return answer(new Request(origin + path, { ...init, headers }), peer);
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** The cookie that an answer sets, as a browser sends it back; empty where it sets none. */
export function cookieOf(response: Response): string {
  return (response.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
}

/** A write as the page makes it. */
export function jsonPost(origin: string, body: unknown, more: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { origin, "content-type": "application/json", ...more },
    body: JSON.stringify(body),
  };
}
