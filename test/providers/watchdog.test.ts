import { expect, test } from "bun:test";
import { connect } from "node:net";
import { patientFetch, startWatch } from "../../providers/watchdog.ts";

const provider = "Vendor";

test("silence ends a watch, and the class says for how long", async () => {
  using watch = startWatch({ provider, signal: new AbortController().signal, idleMs: 20 });
  await new Promise((resolve) => watch.signal.addEventListener("abort", resolve));
  expect(watch.ended()?.code).toBe("stalled");
  expect(watch.ended()?.message).toBe("Vendor sent nothing for 0 s.");
});

test("each item puts the end off", async () => {
  using watch = startWatch({ provider, signal: new AbortController().signal, idleMs: 300 });
  async function* slow() {
    for (let at = 0; at < 8; at++) {
      await Bun.sleep(60);
      yield at;
    }
  }
  expect(await Array.fromAsync(watch.guard(slow()))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(watch.ended()).toBeUndefined();
});

test("the caller's stop wins, before and during", () => {
  using before = startWatch({ provider, signal: AbortSignal.abort() });
  expect([before.ended()?.code, before.signal.aborted]).toEqual(["aborted", true]);
  const stop = new AbortController();
  using during = startWatch({ provider, signal: stop.signal });
  expect(during.ended()).toBeUndefined();
  stop.abort();
  expect([during.ended()?.code, during.signal.aborted]).toEqual(["aborted", true]);
});

test("a disposed watch ends what it left open and blames nobody", async () => {
  const stop = new AbortController();
  const watch = startWatch({ provider, signal: stop.signal, idleMs: 5 });
  watch[Symbol.dispose]();
  await Bun.sleep(20);
  stop.abort();
  expect([watch.ended(), watch.signal.aborted]).toEqual([undefined, true]);
});

test("an answer that takes longer than a connection may is waited for", async () => {
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async () => {
      await Bun.sleep(300);
      return new Response("late");
    },
  });
  const response = await patientFetch(40)(server.url);
  expect(await response.text()).toBe("late");
});

/** A server that is stopped, its queue of connections full: whoever comes now hears nothing. */
async function blackHole() {
  const listen = `const s = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))`;
  const child = Bun.spawn([process.execPath, "-e", listen], { stdout: "pipe" });
  const { value } = await child.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(value));
  child.kill("SIGSTOP");
  const queue = Array.from({ length: 700 }, () => connect({ port, host: "127.0.0.1" }).on("error", () => {}));
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of queue) socket.destroy();
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

test("a connection that takes too long is given up", async () => {
  await using hole = await blackHole();
  const said = await patientFetch(300)(hole.url).catch((error: Error) => error.message);
  expect(said).toBe(`No connection to ${new URL(hole.url).host} in 300 ms`);
});

test("a connection is served again once its answer was read", async () => {
  const ports = new Set<number | undefined>();
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, self) {
      ports.add(self.requestIP(request)?.port);
      return new Response("ok");
    },
  });
  const fetch = patientFetch();
  for (let at = 0; at < 3; at++) await (await fetch(server.url)).text();
  expect(ports.size).toBe(1);
});

test("the caller's signal ends the wait for an answer", async () => {
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Promise<Response>(() => {}) });
  const stop = new AbortController();
  const waiting = patientFetch()(server.url, { signal: stop.signal });
  stop.abort();
  expect(await waiting.catch((error: Error) => error.name)).toBe("AbortError");
});
