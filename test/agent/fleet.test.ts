/** Labels, depth, and what a spawn that fails leaves behind. */
import { expect, test } from "bun:test";
import { SagentError, toErrorInfo } from "../../agent/error.ts";
import type { Fleet } from "../../agent/fleet.ts";
import type { SpawnRequest } from "../../agent/fleet-port.ts";
import { eventsOf, must } from "../support/index.ts";
import { answered, lines } from "./agent-rig.ts";
import { fleetRig, link, spawns } from "./fleet-rig.ts";

const prompt = "go";
const stays = { prompt, persistent: true, notify: false };
const any = { child: answered("ok"), a: answered("ok"), b: answered("ok"), main: answered("ok") };

/** The sentence that a spawn is refused with. */
async function refused(fleet: Fleet, request: Partial<SpawnRequest>, parent = "main"): Promise<string> {
  try {
    await fleet.spawn(parent, { prompt, ...request }, link());
  } catch (error) {
    if (error instanceof SagentError) return [error.message, error.hint].filter(Boolean).join(" ");
    throw error;
  }
  throw new Error("It was not refused.");
}

test("labels come from the parent's, are numbered where they were given before, and are not given again", async () => {
  await using rig = fleetRig(any);
  for (const label of [undefined, undefined, "a", "a", "a-2"]) {
    await rig.fleet.spawn("main", { ...stays, ...(label ? { label } : {}) }, link());
  }
  await rig.fleet.spawn("main-1", stays, link());
  expect(rig.labels()).toEqual(["main", "main-1", "main-2", "a", "a-2", "a-2-2", "main-1-1"]);
  await must(rig.fleet.get("a")).close();
  await must(rig.fleet.get("main-1")).close();
  for (const label of ["a", "main", undefined]) {
    await rig.fleet.spawn("main", { ...stays, ...(label ? { label } : {}) }, link());
  }
  expect(rig.labels()).toEqual(["main", "main-2", "a-2", "a-2-2", "a-3", "main-3", "main-4"]);
});

test("a label that is none is refused; one as long as can be may have children", async () => {
  await using rig = fleetRig(any);
  for (const label of ["", "a b", "a/b", "ü", "*", "x".repeat(65)]) {
    expect(await refused(rig.fleet, { label })).toBe(
      `A label may hold letters, digits, ".", "_" and "-", 64 at most, not "${label}".`,
    );
  }
  const label = "x".repeat(64);
  await rig.fleet.spawn("main", { ...stays, label }, link());
  await rig.fleet.spawn(label, stays, link());
  expect(rig.labels().slice(1)).toEqual([label, `${"x".repeat(56)}-1`]);
});

test("an unknown parent is told who lives", async () => {
  await using rig = fleetRig(any);
  await rig.fleet.spawn("main", { ...stays, label: "a" }, link());
  expect(await refused(rig.fleet, {}, "b")).toBe('There is no living agent "b". Living: main, a.');
});

test("generations are capped by the fleet and by each request, whichever is less", async () => {
  await using rig = fleetRig(any, { fleet: { maxDepth: 2 } });
  await rig.fleet.spawn("main", { ...stays, label: "deep", maxDepth: 9 }, link());
  await rig.fleet.spawn("deep", { ...stays, label: "last" }, link());
  await rig.fleet.spawn("main", { ...stays, label: "leaf", maxDepth: 0 }, link());
  for (const label of ["last", "leaf"]) {
    expect(await refused(rig.fleet, {}, label)).toBe(
      `"${label}" may not spawn: it is at the last of the generations that are allowed.`,
    );
  }
  expect(rig.fleet.living().map(({ path, depth }) => [path, depth])).toEqual([
    ["main", 0],
    ["main/deep", 1],
    ["main/deep/last", 2],
    ["main/leaf", 1],
  ]);
});

test("a fleet of depth 0 is one agent", async () => {
  await using rig = fleetRig(any, { fleet: { maxDepth: 0 } });
  expect(await refused(rig.fleet, {})).toStartWith('"main" may not spawn');
});

test("every event of a child has its label and path; the root has no path", async () => {
  await using rig = fleetRig({ main: [spawns({ prompt, label: "a" }), answered("end")], a: [answered("hi")] });
  await rig.root.run("begin");
  const places = new Set(rig.events.map(({ agent, path }) => `${agent} ${path}`));
  expect([...places]).toEqual(["main undefined", "a main/a"]);
  expect(
    eventsOf(rig.events, "spawned").map(({ child, childPath, persistent }) => [child, childPath, persistent]),
  ).toEqual([["a", "main/a", false]]);
});

/** A build that counts what it made and what of it was closed. */
function counting() {
  const open = new Set<object>();
  const resource = () => {
    const made = { [Symbol.asyncDispose]: async () => void open.delete(made) };
    open.add(made);
    return made;
  };
  return { open, resource };
}

test("what was built for a child that cannot be is closed again", async () => {
  const { open, resource } = counting();
  const gate = Promise.withResolvers<void>();
  await using rig = fleetRig(any, {
    fleet: {
      build: async (_request, parent, tools) => {
        await gate.promise;
        return { model: parent.model, tools, system: "", resources: [resource()] };
      },
    },
  });
  const stop = new AbortController();
  const spawned = rig.fleet.spawn("main", { prompt }, link(stop.signal)).catch(toErrorInfo);
  stop.abort();
  gate.resolve();
  expect(await spawned).toEqual({ code: "aborted", message: "The call was stopped." });
  expect(await refused(rig.fleet, { label: "not one" })).toStartWith("A label may hold");
  expect(await refused(rig.fleet, { maxBudgetUsd: -1 })).toBe("A budget must be zero dollars or more, not -1.");
  expect([rig.labels(), open.size, eventsOf(rig.events, "spawned")]).toEqual([["main"], 0, []]);
  await rig.fleet.spawn("main", stays, link());
  expect(open.size).toBe(1);
  await must(rig.fleet.get("main-1")).close();
  expect(open.size).toBe(0);
});

test("a parent that is closed while its child is being built has no child", async () => {
  const { open, resource } = counting();
  const gate = Promise.withResolvers<void>();
  await using rig = fleetRig(any, {
    fleet: {
      build: async (_request, parent, tools) => {
        await gate.promise;
        return { model: parent.model, tools, system: "", resources: [resource()] };
      },
    },
  });
  const spawned = rig.fleet.spawn("main", stays, link()).catch(toErrorInfo);
  const closed = rig.root.close();
  gate.resolve();
  expect(await spawned).toEqual({ code: "aborted", message: "The call was stopped." });
  await closed;
  expect([rig.labels(), open.size]).toEqual([[], 0]);
});

test("an observer that throws hides nothing from the others", async () => {
  await using rig = fleetRig({ main: [answered("hi")] });
  const warned: string[] = [];
  const listen = (warning: Error) => warned.push(warning.message);
  process.on("warning", listen);
  rig.fleet.subscribe(() => {
    throw new Error("no");
  });
  const seen: string[] = [];
  rig.fleet.subscribe(({ type }) => seen.push(type));
  const quiet = rig.fleet.quiet();
  await rig.root.run("go");
  await quiet;
  await rig.settle();
  process.off("warning", listen);
  expect([seen.at(-1), warned[0]]).toEqual(["idle", "no"]);
});

test("a command reaches all that a target means", async () => {
  await using rig = fleetRig(any);
  for (const label of ["a", "b"]) await rig.fleet.spawn("main", { ...stays, label }, link());
  await rig.settle();
  expect(rig.fleet.command("{a,b}", { type: "prompt", text: "more" })).toEqual(["a", "b"]);
  await rig.settle();
  expect(["main", "a", "b"].map((label) => rig.said(label).at(-2))).toEqual([undefined, "user more", "user more"]);
  expect(() => rig.fleet.command("c*", { type: "halt" })).toThrow('"c*" names no living agent.');
  expect(lines(rig.root.snapshot().messages)).toEqual([]);
});
