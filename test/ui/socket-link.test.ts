/** What a page tells of its connection while it is cut. */
import { expect, test } from "bun:test";
import { type Link, Socket } from "../../ui/state/socket.ts";
import { until } from "../support/until.ts";

/** A server that takes no socket until it is told to, and a page that tries. */
function cutOff(health: number) {
  let [tries, isOpen] = [0, false];
  const server = Bun.serve({
    port: 0,
    fetch(request, server) {
      if (request.url.endsWith("/api/health")) return new Response("", { status: health });
      tries += 1;
      if (isOpen && server.upgrade(request)) return undefined;
      return new Response("", { status: health });
    },
    websocket: { message: () => {} },
  });
  const links: Link[] = [];
  const events = { frame: () => {}, opened: () => {}, link: (link: Link) => void links.push(link) };
  const url = `ws://127.0.0.1:${server.port}/api/socket`;
  const socket = new Socket(url, events, { silentMs: 20_000, answerMs: 4_000, lostMs: 60 });
  return {
    /** What was told, the same but once. */
    told: () => links.filter((link, index) => link !== links[index - 1]),
    /** Waits for some more tries in vain. */
    async more() {
      const from = tries;
      await until(() => tries >= from + 2);
    },
    open: () => {
      isOpen = true;
    },
    async [Symbol.asyncDispose]() {
      socket[Symbol.dispose]();
      await server.stop(true);
    },
  };
}

test("a cut that lasts is told until it is over, however often it is tried", async () => {
  await using cut = cutOff(503);
  await until(() => cut.told().includes("lost"));
  await cut.more();
  expect(cut.told()).toEqual(["connecting", "lost"]);
  cut.open();
  await until(() => cut.told().at(-1) === "open");
  expect(cut.told()).toEqual(["connecting", "lost", "open"]);
});

test("a page that is no longer let in goes on saying so, not that it is cut", async () => {
  await using cut = cutOff(401);
  await until(() => cut.told().includes("refused"));
  const before = cut.told();
  await cut.more();
  await Bun.sleep(100);
  expect(cut.told()).toEqual(before);
});
