/** Every route that the workspace has, attacked: no stranger, no other site, no wrong name gets past its doors. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readConfig } from "../../server/config.ts";
import { parseFlags } from "../../server/flags.ts";
import { type Served, startServer } from "../../server/serve.ts";
import { readToken, serverDir } from "../../server/token.ts";
import { openSocket } from "../support/socket.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { attacks, goodLines, requestBytes, send, type Target, traversals } from "./door-attacks.ts";

let temp: TempDir;
let served: Served;
let port: number;
let token: string;

beforeAll(async () => {
  temp = tempDir();
  const env = { HOME: temp.path, XDG_DATA_HOME: `${temp.path}/data`, PATH: process.env.PATH };
  served = await startServer(readConfig(parseFlags([]).flags, temp.path), env);
  port = Number(new URL(served.address).port);
  token = (await readToken(serverDir(temp.path, env))) ?? "";
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

/** The whole table, parameters filled in. */
function targets(): Target[] {
  return served.routes.map(({ method, path }) => {
    const filled = path.replace(":id", "0123456789ab").replace(":name", "index.html");
    return method === "WS" ? { method: "GET", path: filled, isSocket: true } : { method, path: filled };
  });
}

test("the table has the page, the socket and everything between", () => {
  const paths = targets().map(({ method, path }) => `${method} ${path}`);
  expect(paths).toContain("GET /");
  expect(paths).toContain("GET /api/socket");
  expect(paths.length).toBeGreaterThan(20);
});

test("with the token, from its own page, every route can be reached", async () => {
  for (const target of targets()) {
    const origin = `http://127.0.0.1:${port}`;
    const lines = [`Host: 127.0.0.1:${port}`, `Cookie: sagent_${port}=${token}`, ...goodLines(target, origin)];
    const { status } = await send(port, requestBytes(target, lines));
    expect([target.path, [401, 403, 415, 429].includes(status)]).toEqual([target.path, false]);
  }
});

test("no attack gets past the doors of any route", async () => {
  const through: string[] = [];
  for (const target of targets()) {
    for (const attack of attacks({ port, token }).filter((each) => each.fits(target))) {
      const { status } = await send(port, attack.bytes(target));
      if (!attack.statuses.includes(status)) through.push(`${attack.name}: ${target.method} ${target.path}: ${status}`);
    }
  }
  expect(through).toEqual([]);
});

test("no path leads out of the page's files or the project", async () => {
  const out: string[] = [];
  for (const path of traversals) {
    for (const base of ["/assets/", "/api/files/raw?path=", "/api/files/read?path="]) {
      const target: Target = { method: "GET", path: `${base}${path}` };
      const lines = [`Host: 127.0.0.1:${port}`, `Cookie: sagent_${port}=${token}`, "Connection: close"];
      const { status, text } = await send(port, requestBytes(target, lines));
      if (status === 200 || text.includes("root:")) out.push(target.path);
    }
  }
  expect(out).toEqual([]);
});

test("a frame that does not fit, or is too long, ends its connection and no other", async () => {
  const open = () => openSocket(served.address, `sagent_${port}=${token}`);
  const good = await open();
  for (const frame of [
    "not json",
    "{}",
    '{"type":"join","session":"../../etc"}',
    '{"type":"command","key":"k"}',
    "[]",
    "null",
  ]) {
    const bad = await open();
    const closed = new Promise<number>((resolve) => {
      bad.onclose = ({ code }) => resolve(code);
    });
    bad.send(frame);
    expect([frame, await closed]).toEqual([frame, 1008]);
  }
  expect(good.readyState).toBe(WebSocket.OPEN);
  good.close();
});
