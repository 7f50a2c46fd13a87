/** A process that serves a project behind doors until its input ends: `bun running-server.ts DIR`. Prints its port. */
import { Doors } from "../../server/doors.ts";
import { choosePort } from "../../server/port.ts";
import { announce, lastPort } from "../../server/running.ts";
import { loadToken } from "../../server/token.ts";

const [, , dir = ""] = process.argv;
const host = "127.0.0.1";
const port = choosePort({ host, last: await lastPort(dir) });
const doors = new Doors({ token: await loadToken(dir), host, port });
const server = Bun.serve({
  hostname: host,
  port,
  fetch(request, self) {
    const peer = self.requestIP(request)?.address ?? "";
    const refusal = doors.check(request, peer);
    if (refusal) return refusal;
    const { pathname } = new URL(request.url);
    if (pathname === "/launch") return doors.launch(request, peer);
    return Response.json(pathname === "/api/launch" ? { path: doors.launchPath() } : { ok: true, pid: process.pid });
  },
});
const announced = await announce(dir, { host, port });
process.stdout.write(`${port}\n`);
await Bun.stdin.text();
await announced[Symbol.asyncDispose]();
await server.stop(true);
