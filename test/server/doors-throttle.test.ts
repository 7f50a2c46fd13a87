import { expect, test } from "bun:test";
import { Throttle } from "../../server/throttle.ts";
import { virtualClock } from "../support/virtual-clock.ts";
import { cookieOf, type DoorRig, jsonPost, openDoors } from "./door-rig.ts";

const secret = "correct horse battery";

const wrongToken = { headers: { authorization: "Bearer AAAAAAAAAAAAAAAAAAAAAA" } };

async function statuses(times: number, ask: (index: number) => Promise<Response>): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < times; index++) found.push((await ask(index)).status);
  return found;
}

/** A body whose length is not said. */
const unmeasured = (text: string) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      await Bun.sleep(1);
      controller.enqueue(Buffer.from(text));
      controller.close();
    },
  });

const login = (rig: DoorRig, given: unknown) => rig.fetch("/api/login", jsonPost(rig.origin, { secret: given }));

test("the eleventh wrong token in a minute is told to wait; the right one and a request without one are not", async () => {
  const clock = virtualClock();
  await using rig = await openDoors({ clock });
  expect(await statuses(11, () => rig.fetch("/", wrongToken))).toEqual([...Array(10).fill(401), 429]);
  await clock.advance(15_500);
  const slowed = await rig.fetch("/", wrongToken);
  expect([slowed.status, slowed.headers.get("retry-after")]).toEqual([429, "45"]);
  expect((await rig.fetch("/")).status).toBe(401);
  expect((await rig.fetch("/", { headers: { authorization: `Bearer ${rig.token}` } })).status).toBe(200);
  expect((await rig.fetch(rig.doors.launchPath())).status).toBe(303);
  await clock.advance(44_500);
  expect((await rig.fetch("/", wrongToken)).status).toBe(401);
});

test("guessed links count as wrong tries", async () => {
  await using rig = await openDoors({ clock: virtualClock() });
  const guess = (index: number) => rig.fetch(`/launch?code=${index}`);
  expect(await statuses(11, guess)).toEqual([...Array(10).fill(401), 429]);
});

test("one peer's tries do not slow another, until all together are too many", async () => {
  await using rig = await openDoors({ clock: virtualClock() });
  const from = (peer: number) => rig.from(`10.0.0.${peer}`, "/", wrongToken);
  expect(await statuses(10, () => from(1))).toEqual(Array(10).fill(401));
  expect([(await from(1)).status, (await from(2)).status]).toEqual([429, 401]);
  expect(await statuses(89, (index) => from(3 + index))).toEqual(Array(89).fill(401));
  expect((await from(200)).status).toBe(429);
  const right = await rig.from("10.0.0.201", "/", { headers: { authorization: `Bearer ${rig.token}` } });
  expect(right.status).toBe(200);
});

test("what a throttle remembers of peers is bounded: the oldest is forgotten", async () => {
  const clock = virtualClock();
  const throttle = new Throttle(clock);
  await clock.advance(59_000);
  for (let index = 0; index < 10; index++) {
    throttle.miss("old");
    throttle.miss("new");
  }
  expect([throttle.waitS("old"), throttle.waitS("new"), throttle.waitS("other")]).toEqual([60, 60, 0]);
  for (let index = 0; index < 999; index++) throttle.miss(`peer ${index}`);
  expect(throttle.waitS("other")).toBe(1);
  await clock.advance(1_000);
  expect([throttle.waitS("old"), throttle.waitS("new"), throttle.waitS("other")]).toEqual([0, 59, 0]);
});

test("the secret lets in by the cookie, and nothing else does", async () => {
  await using rig = await openDoors({ host: "0.0.0.0", secret, clock: virtualClock() });
  const right = await login(rig, secret);
  expect([right.status, cookieOf(right)]).toEqual([204, `sagent_${rig.port}=${rig.token}`]);
  expect((await rig.fetch("/", { headers: { cookie: cookieOf(right) } })).status).toBe(200);
  for (const wrong of ["", "correct horse batter", `${secret}!`, secret.toUpperCase(), null, 7, [secret]]) {
    const refused = await login(rig, wrong);
    expect([refused.status, cookieOf(refused), await refused.text()]).toEqual([401, "", "That is not the secret.\n"]);
  }
});

test("the secret is read from a small JSON object of our own page, and from nothing else", async () => {
  await using rig = await openDoors({ host: "0.0.0.0", secret, clock: virtualClock() });
  const post = (init: RequestInit) => rig.fetch("/api/login", { method: "POST", ...init });
  const good = jsonPost(rig.origin, { secret });
  const asks: readonly RequestInit[] = [
    { ...good, headers: { origin: rig.origin, "content-type": "text/plain" } },
    { ...good, headers: { "content-type": "application/json" } },
    { ...good, headers: { origin: "https://evil.example", "content-type": "application/json" } },
    { ...good, body: "{" },
    { ...good, body: "null" },
    { ...good, body: JSON.stringify({ secret, padding: "x".repeat(1_024) }) },
    { ...good, body: unmeasured(JSON.stringify({ secret })) },
    { ...good, method: "PUT" },
  ];
  const found: number[] = [];
  for (const ask of asks) found.push((await post(ask)).status);
  expect(found).toEqual([415, 403, 403, 401, 401, 401, 401, 401]);
  expect((await post(good)).status).toBe(204);
});

test("after ten wrong secrets even the right one waits, while tokens and links still pass", async () => {
  const clock = virtualClock();
  await using rig = await openDoors({ host: "0.0.0.0", secret, clock });
  const many = await Promise.all(Array.from({ length: 30 }, () => login(rig, "wrong")));
  expect(many.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), ...Array(20).fill(429)]);
  const right = await login(rig, secret);
  expect([right.status, right.headers.get("retry-after"), cookieOf(right)]).toEqual([429, "60", ""]);
  expect((await rig.fetch("/", { headers: { authorization: `Bearer ${rig.token}` } })).status).toBe(200);
  expect((await rig.fetch(rig.doors.launchPath())).status).toBe(303);
  await clock.advance(60_000);
  expect((await login(rig, secret)).status).toBe(204);
});

test("a page with an old cookie does not keep its person from logging in", async () => {
  await using rig = await openDoors({ host: "0.0.0.0", secret, clock: virtualClock() });
  const old = { headers: { cookie: `sagent_${rig.port}=AAAAAAAAAAAAAAAAAAAAAA` } };
  expect(await statuses(11, () => rig.fetch("/", old))).toEqual([...Array(10).fill(401), 429]);
  expect((await login(rig, secret)).status).toBe(204);
});

test("without a secret there is no log-in", async () => {
  await using rig = await openDoors();
  expect((await login(rig, "")).status).toBe(401);
  const inside = jsonPost(rig.origin, { secret: "" }, { authorization: `Bearer ${rig.token}` });
  expect((await rig.fetch("/api/login", inside)).status).toBe(404);
});
