import { expect, test } from "bun:test";
import { virtualClock } from "../support/virtual-clock.ts";
import { attacks, goodLines, requestBytes, send, type Target } from "./door-attacks.ts";
import { cookieOf, jsonPost, openDoors } from "./door-rig.ts";

const targets: readonly Target[] = [
  { method: "GET", path: "/" },
  { method: "HEAD", path: "/" },
  { method: "POST", path: "/api/launch" },
  { method: "DELETE", path: "/api/sessions/0123456789ab" },
  { method: "GET", path: "/api/socket", isSocket: true },
];

for (const target of targets) {
  const name = `${target.method} ${target.path}`;

  test(`${name} is refused for each single fault, and tells nothing of the token`, async () => {
    await using rig = await openDoors();
    const wrong: string[] = [];
    for (const attack of attacks(rig).filter(({ fits }) => fits(target))) {
      const { status, headers, text } = await send(rig.port, attack.bytes(target));
      const isLeak = text.includes(rig.token) || JSON.stringify([...headers]).includes(rig.token);
      if (!attack.statuses.includes(status) || isLeak || text.includes("inside"))
        wrong.push(`${attack.name}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test(`${name} passes with a token, by any name of this machine and by any form of proof`, async () => {
    await using rig = await openDoors();
    const statuses: number[] = [];
    for (const host of [`127.0.0.1:${rig.port}`, `localhost:${rig.port}`, `[::1]:${rig.port}`]) {
      for (const proof of [`Authorization: Bearer ${rig.token}`, `Cookie: a=b; sagent_${rig.port}=${rig.token}`]) {
        const lines = [`Host: ${host}`, proof, "Sec-Fetch-Site: same-origin", ...goodLines(target, `http://${host}`)];
        statuses.push((await send(rig.port, requestBytes(target, lines))).status);
      }
    }
    expect(statuses).toEqual(Array(6).fill(target.isSocket ? 101 : 200));
  });
}

test("a target that is no path is refused", async () => {
  await using rig = await openDoors();
  const host = `127.0.0.1:${rig.port}`;
  const lines = [`Host: ${host}`, `Authorization: Bearer ${rig.token}`, "Connection: close"];
  const asked = (method: string, path: string) => send(rig.port, requestBytes({ method, path }, lines));
  const tunnel = { method: "CONNECT", path: "evil.example:80" };
  const through = requestBytes(tunnel, [...lines, ...goodLines(tunnel, rig.origin)]);
  expect((await send(rig.port, through)).status).toBe(403);
  expect((await asked("OPTIONS", "*")).status).toBe(400);
  // Another name in the target changes nothing: the header was checked, and the answer is the same.
  expect((await asked("GET", "http://evil.example/")).text).toBe("inside");
  expect((await asked("GET", "//evil.example/launch?code=x")).text).toBe("inside");
});

test("a wrong cookie that another server of this machine set hides the right one from nobody", async () => {
  await using rig = await openDoors();
  const name = `sagent_${rig.port}`;
  const answer = await rig.fetch("/", {
    headers: { cookie: `${name}=planted; ${name}=${rig.token}; ${name}=planted` },
  });
  expect(answer.status).toBe(200);
});

test("a refusal is a line for a program and a page for a person, and both say what to do", async () => {
  await using rig = await openDoors();
  const line = await rig.fetch("/");
  expect([line.status, line.headers.get("content-type")]).toEqual([401, "text/plain; charset=utf-8"]);
  const sentence = "Open the link that `sagent` printed; run `sagent` in the project again for a new one.\n";
  expect(await line.text()).toBe(sentence);
  const page = await rig.fetch("/", { headers: { accept: "text/html" } });
  expect([page.status, page.headers.get("content-type")]).toEqual([401, "text/html; charset=utf-8"]);
  expect(await page.text()).toContain("Open the link that <code>sagent</code> printed;");
});

test("every answer of the doors has the headers that keep a page to itself", async () => {
  await using rig = await openDoors();
  const launched = await rig.fetch(rig.doors.launchPath());
  for (const answer of [
    await rig.fetch("/"),
    launched,
    await rig.fetch("/launch"),
    await rig.fetch("/x", { method: "PUT" }),
  ]) {
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; " +
        "style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src blob:; frame-src blob:; manifest-src 'self'; worker-src 'self'; " +
        `connect-src 'self' ws://127.0.0.1:${rig.port} ws://localhost:${rig.port}`,
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("a link lets one browser in, once", async () => {
  await using rig = await openDoors();
  const path = rig.doors.launchPath();
  expect(path).toMatch(/^\/launch\?code=[\w-]{22}$/);
  const first = await rig.fetch(path);
  expect([first.status, first.headers.get("location"), first.headers.get("set-cookie")]).toEqual([
    303,
    "/",
    `sagent_${rig.port}=${rig.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`,
  ]);
  expect((await rig.fetch("/", { headers: { cookie: cookieOf(first) } })).status).toBe(200);
  const second = await rig.fetch(path);
  expect([second.status, cookieOf(second)]).toEqual([401, ""]);
  expect(await second.text()).toBe(
    "This link was used already, or it is too old. Run `sagent` in the project again for a new one.\n",
  );
  const again = await rig.fetch(path, { headers: { cookie: cookieOf(first) } });
  expect([again.status, again.headers.get("location"), cookieOf(again)]).toEqual([303, "/", ""]);
});

test("a link is not used up by a look at its headers, nor by a request that another site is behind", async () => {
  await using rig = await openDoors();
  const path = rig.doors.launchPath();
  const looks = [
    await rig.fetch(path, { method: "HEAD" }),
    await rig.fetch(path, { headers: { "sec-fetch-site": "cross-site" } }),
    await rig.fetch(path, { headers: { host: "evil.example" } }),
    await rig.fetch(path, jsonPost(rig.origin, {})),
  ];
  expect(looks.map(({ status, headers }) => [status, headers.get("set-cookie")])).toEqual([
    [401, null],
    [403, null],
    [403, null],
    [401, null],
  ]);
  expect((await rig.fetch(path)).status).toBe(303);
});

test("a link ends after ten minutes; a guessed one, a part of one and none are refused", async () => {
  const clock = virtualClock(1_000);
  await using rig = await openDoors({ clock });
  const early = rig.doors.launchPath();
  const late = rig.doors.launchPath();
  await clock.advance(10 * 60_000 - 1);
  expect((await rig.fetch(early)).status).toBe(303);
  await clock.advance(1);
  const fresh = rig.doors.launchPath();
  const guesses = [
    late,
    "/launch?code=AAAAAAAAAAAAAAAAAAAAAA",
    fresh.slice(0, -1),
    `${fresh}x`,
    "/launch?code=",
    "/launch",
  ];
  for (const guess of guesses) expect((await rig.fetch(guess)).status).toBe(401);
  expect((await rig.fetch(fresh)).status).toBe(303);
});

test("only so many links are remembered: the newest", async () => {
  await using rig = await openDoors();
  const paths = Array.from({ length: 101 }, () => rig.doors.launchPath());
  expect(new Set(paths).size).toBe(101);
  const answers = await Promise.all([0, 1, 100].map((index) => rig.fetch(paths[index] ?? "")));
  expect(answers.map(({ status }) => status)).toEqual([401, 303, 303]);
});
