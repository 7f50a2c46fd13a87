import { expect, test } from "bun:test";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { announce, findRunning, lastPort } from "../../server/running.ts";
import { loadToken } from "../../server/token.ts";
import { must } from "../support/must.ts";
import { tempDir } from "../support/temp-dir.ts";
import { cookieOf } from "./door-rig.ts";

/** Another process that serves `dir`; ended with the test at the latest. */
async function serverIn(dir: string) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "running-server.ts"), dir], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    pid: child.pid,
    port: Number(new TextDecoder().decode(value)),
    async end() {
      child.stdin.end();
      await child.exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

test("a second process finds the first one's server and gets a link into it", async () => {
  using temp = tempDir();
  expect([await findRunning(temp.path), await lastPort(temp.path)]).toEqual([undefined, undefined]);
  await using first = await serverIn(temp.path);
  const running = must(await findRunning(temp.path));
  expect([running.pid, running.host, running.port]).toEqual([first.pid, "127.0.0.1", first.port]);
  const url = must(await running.launchUrl());
  expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${first.port}/launch\\?code=[\\w-]{22}$`));
  const launched = await fetch(url, { redirect: "manual" });
  expect([launched.status, cookieOf(launched)]).toEqual([303, `sagent_${first.port}=${await loadToken(temp.path)}`]);
  for (const name of readdirSync(temp.path))
    expect([name, statSync(join(temp.path, name)).mode & 0o777]).toEqual([name, 0o600]);
  await first.end();
  expect(await findRunning(temp.path)).toBeUndefined();
  expect(await running.launchUrl()).toBeUndefined();
  expect(readdirSync(temp.path).sort()).toEqual(["running.json", "token"]);
});

test("after a kill the record counts for nothing but the port, which the next server gets again with the same token", async () => {
  using temp = tempDir();
  await using first = await serverIn(temp.path);
  const token = await loadToken(temp.path);
  await first[Symbol.asyncDispose]();
  expect(await findRunning(temp.path)).toBeUndefined();
  expect(await lastPort(temp.path)).toBe(first.port);
  await using second = await serverIn(temp.path);
  expect(second.port).toBe(first.port);
  const open = { headers: { cookie: `sagent_${first.port}=${token}` } };
  expect((await fetch(`http://127.0.0.1:${second.port}/`, open)).status).toBe(200);
  expect(must(await findRunning(temp.path)).pid).toBe(second.pid);
});

test("a stranger that has the port of a dead server never gets to see the token", async () => {
  using temp = tempDir();
  await using first = await serverIn(temp.path);
  await first[Symbol.asyncDispose]();
  let asked = 0;
  const stranger = Bun.serve({
    hostname: "127.0.0.1",
    port: first.port,
    fetch: () => Response.json({ asked: ++asked }),
  });
  try {
    expect(await findRunning(temp.path)).toBeUndefined();
    expect(asked).toBe(0);
  } finally {
    await stranger.stop(true);
  }
});

test("a server that is recorded but does not answer as it should is not found", async () => {
  using temp = tempDir();
  const token = await loadToken(temp.path);
  let answer = () => Response.json({ ok: true, pid: process.pid });
  const seen = new Set<string | null>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      seen.add(request.headers.get("authorization"));
      return answer();
    },
  });
  try {
    await using _announced = await announce(temp.path, { host: "127.0.0.1", port: server.port ?? 0 });
    const running = must(await findRunning(temp.path));
    const bad = [
      () => Response.json({ ok: true, pid: 1 }),
      () => new Response("busy", { status: 503 }),
      () => Response.redirect("http://127.0.0.1:1/"),
      () => new Response("{"),
    ];
    for (const each of bad) {
      answer = each;
      expect(await findRunning(temp.path)).toBeUndefined();
    }
    answer = () => Response.json({ path: "//evil.example/launch?code=x" });
    expect(await running.launchUrl()).toBeUndefined();
    expect(seen).toEqual(new Set([`Bearer ${token}`]));
  } finally {
    await server.stop(true);
  }
});

test("a record that cannot be read is none, and is written anew", async () => {
  using temp = tempDir();
  for (const text of ["", "{", "[]", '{"pid":1,"host":"x","port":0,"startedAt":0}']) {
    writeFileSync(join(temp.path, "running.json"), text);
    expect([await findRunning(temp.path), await lastPort(temp.path)]).toEqual([undefined, undefined]);
  }
  await using _announced = await announce(temp.path, { host: "127.0.0.1", port: 4_096 });
  expect(await lastPort(temp.path)).toBe(4_096);
});

test("of two servers of one project the first stays the one that is found", async () => {
  using temp = tempDir();
  await using first = await serverIn(temp.path);
  await using _mine = await announce(temp.path, { host: "127.0.0.1", port: 1 });
  expect(must(await findRunning(temp.path)).pid).toBe(first.pid);
});

test("the token goes past a proxy of the environment", async () => {
  using temp = tempDir();
  await using first = await serverIn(temp.path);
  const seen: string[] = [];
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      seen.push(request.url);
      return new Response("", { status: 502 });
    },
  });
  try {
    const module = join(import.meta.dir, "../../server/running.ts");
    const script = `const { findRunning } = await import(${JSON.stringify(module)});
      const running = await findRunning(${JSON.stringify(temp.path)});
      process.stdout.write(String(running?.pid) + " " + typeof (await running?.launchUrl()));`;
    const env = {
      ...process.env,
      http_proxy: String(proxy.url),
      HTTP_PROXY: String(proxy.url),
      NO_PROXY: "",
      no_proxy: "",
    };
    const child = Bun.spawn([process.execPath, "-e", script], { env, stdout: "pipe", stderr: "inherit" });
    expect([await new Response(child.stdout).text(), seen]).toEqual([`${first.pid} string`, []]);
  } finally {
    await proxy.stop(true);
  }
});
