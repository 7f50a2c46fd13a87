/** Pages at terminals: several at one, one that stalls, what is gone, and a session that is unloaded. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import type { Client } from "../../server/client.ts";
import { TerminalLink } from "../../server/terminal-link.ts";
import type { Workspace } from "../../server/workspace.ts";
import { until } from "../support/until.ts";
import { open, type Page, type Place, page } from "./workspace-rig.ts";

interface Seat extends Page, Disposable {
  readonly link: TerminalLink;
}

/** A page with its link, as a connection has it. */
async function sit(workspace: Workspace): Promise<Seat> {
  const own = page();
  const link = new TerminalLink(workspace, own.client);
  await workspace.enter(own.client);
  return Object.assign(own, { link, [Symbol.dispose]: () => link[Symbol.dispose]() });
}

async function begin(): Promise<Place & { readonly session: string }> {
  const place = await open([{ parts: [{ text: "Hello." }] }]);
  const { id, composed } = await place.workspace.create({ text: "Hi." });
  await until(() => !composed.agent.isBusy);
  return Object.assign(place, { session: id });
}

/** What a terminal shows to a page: all that came since the last reset. */
function shown({ frames }: Page, terminal: string): string {
  const data = frames.filter((frame) => frame.type === "terminalData").filter((frame) => frame.terminal === terminal);
  const last = data.findLastIndex(({ reset }) => reset === true);
  return data
    .slice(Math.max(0, last))
    .map((frame) => frame.data)
    .join("");
}

const exits = ({ frames }: Page) =>
  frames.flatMap((frame) => (frame.type === "terminalExit" ? [[frame.terminal, frame.code]] : []));

/** The terminals of the session that a page was last told of. */
const listed = ({ frames }: Page) => {
  const last = frames.findLast((frame) => frame.type === "terminals");
  return last?.type === "terminals" ? last.terminals.map(({ id }) => id) : undefined;
};

const size = { cols: 80, rows: 24 };
const openFrame = (session: string) => ({ type: "terminalOpen", key: "k", session, ...size }) as const;

test("two pages at one terminal see the same; one that leaves is sent no more; closing tells both", async () => {
  await using place = await begin();
  using a = await sit(place.workspace);
  using b = await sit(place.workspace);
  const { terminal } = await a.link.open(openFrame(place.session));
  expect(terminal).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
  for (const { link } of [a, b]) link.take({ type: "terminalAttach", terminal });
  b.link.take({ type: "terminalInput", terminal, data: "echo one-$((1 + 1))\n" });
  await until(() => [a, b].every((each) => shown(each, terminal).includes("one-2")));
  a.link.take({ type: "terminalResize", terminal, cols: 71, rows: 17 });
  b.link.take({ type: "terminalInput", terminal, data: "stty size\n" });
  await until(() => shown(b, terminal).includes("17 71"));
  a.link.take({ type: "terminalDetach", terminal });
  const before = a.frames.length;
  b.link.take({ type: "terminalInput", terminal, data: "echo two-$((1 + 1))\n" });
  await until(() => shown(b, terminal).includes("two-2"));
  expect(a.frames.length).toBe(before);
  expect(listed(a)).toEqual([terminal]);
  b.link.take({ type: "terminalClose", terminal });
  await until(() => [a, b].every((each) => listed(each)?.length === 0));
  expect([exits(a), exits(b)]).toEqual([[], [[terminal, null]]]);
});

test("of a terminal that is gone only who wants to look at it hears", async () => {
  await using place = await begin();
  using seat = await sit(place.workspace);
  const terminal = crypto.randomUUID();
  const before = seat.frames.length;
  seat.link.take({ type: "terminalInput", terminal, data: "x" });
  seat.link.take({ type: "terminalResize", terminal, ...size });
  seat.link.take({ type: "terminalAck", terminal, bytes: 1 });
  seat.link.take({ type: "terminalClose", terminal });
  seat.link.take({ type: "terminalDetach", terminal });
  expect(seat.frames.length).toBe(before);
  seat.link.take({ type: "terminalAttach", terminal });
  expect(exits(seat)).toEqual([[terminal, null]]);
});

/** Makes a page stall, as one that reads nothing does: what is sent to it then is lost. */
function stall(seat: Seat, client: Client): void {
  seat.unread = 64 * 1024 * 1024;
  client.send({ type: "pong" });
  expect(client.isStalled).toBe(true);
}

test("a page that had stopped reading sees all of its terminals again, and those opened or gone meanwhile", async () => {
  await using place = await begin();
  using slow = await sit(place.workspace);
  using quick = await sit(place.workspace);
  const { terminal } = await slow.link.open(openFrame(place.session));
  const { terminal: gone } = await slow.link.open(openFrame(place.session));
  for (const each of [terminal, gone]) slow.link.take({ type: "terminalAttach", terminal: each });
  quick.link.take({ type: "terminalAttach", terminal });
  stall(slow, slow.client);
  quick.link.take({ type: "terminalInput", terminal, data: "seq 60000; echo lost-$((1 + 1))\n" });
  const acked = setInterval(() => quick.link.take({ type: "terminalAck", terminal, bytes: 1 << 20 }), 5);
  await until(() => shown(quick, terminal).includes("lost-2"));
  clearInterval(acked);
  const { terminal: fresh } = await quick.link.open(openFrame(place.session));
  quick.link.take({ type: "terminalClose", terminal: gone });
  await until(() => listed(quick)?.join() === [terminal, fresh].join());
  expect(shown(slow, terminal)).not.toContain("lost-2");

  slow.unread = 0;
  expect(slow.client.drained()).toBe(true);
  slow.link.resume();
  expect(listed(slow)).toEqual([terminal, fresh]);
  expect(exits(slow)).toEqual([[gone, null]]);
  expect(shown(slow, terminal)).toContain("lost-2");
  slow.link.take({ type: "terminalAck", terminal, bytes: 1 << 20 });
  quick.link.take({ type: "terminalInput", terminal, data: "echo found-$((1 + 1))\n" });
  await until(() => shown(slow, terminal).includes("found-2"));
});

/** What has ended may still wait for the system to forget it. */
function lives(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "latin1") : ") Z";
  return !/\) [ZX]/.test(stat);
}

test("unloading a session ends its shells and all that they started", async () => {
  await using place = await begin();
  using seat = await sit(place.workspace);
  const { terminal } = await seat.link.open(openFrame(place.session));
  seat.link.take({ type: "terminalAttach", terminal });
  seat.link.take({ type: "terminalInput", terminal, data: "sleep 600 & echo pid=$!=\n" });
  await until(() => /pid=\d+=/.test(shown(seat, terminal)));
  const pid = Number(/pid=(\d+)=/.exec(shown(seat, terminal))?.[1]);
  expect(lives(pid)).toBe(true);
  await place.workspace.unload(place.session);
  expect(lives(pid)).toBe(false);
  expect(exits(seat)).toEqual([[terminal, null]]);
});
