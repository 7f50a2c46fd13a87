/** A limit that one agent of a fleet hears of, and the others. */
import { expect, test } from "bun:test";
import { KnownLimits } from "../../agent/known-limits.ts";
import type { ModelInfo } from "../../agent/model.ts";
import { RateLimitError, ServerError } from "../../agent/provider-error.ts";
import { eventsOf, type ScriptedStep, scriptedModel } from "../support/index.ts";
import { answered } from "./agent-rig.ts";
import { type FleetRig, fleetRig, link } from "./fleet-rig.ts";

const minuteMs = 60_000;
const limited = (ms: number): ScriptedStep =>
  new RateLimitError({ provider: "A", status: 429, detail: "too many", retryAfterMs: ms });

async function spawn(rig: FleetRig, label: string): Promise<void> {
  await rig.fleet.spawn("main", { prompt: "go", persistent: true, notify: false, label }, link());
  await rig.settle();
}

test("who hears of a limit keeps the others from asking until it is over, and they say until when", async () => {
  await using rig = fleetRig({
    main: [limited(5 * minuteMs), limited(5 * minuteMs), answered("back")],
    kid: answered("hello"),
  });
  rig.root.send({ type: "prompt", text: "go" });
  await rig.settle();
  await spawn(rig, "kid");
  expect(rig.model("kid").requests).toEqual([]);
  const errors = eventsOf(rig.events, "error").map(({ agent, error: { code, retryAt } }) => [agent, code, retryAt]);
  expect(errors.slice(0, 2)).toEqual([
    ["main", "rate_limit", 5 * minuteMs],
    ["kid", "rate_limit", 5 * minuteMs],
  ]);
  // Who heard it may ask again, and an answer frees the others.
  rig.root.send({ type: "prompt", text: "and now" });
  await rig.settle();
  rig.fleet.command("kid", { type: "prompt", text: "and now" });
  await rig.settle();
  expect([rig.said("main").at(-1), rig.said("kid").at(-1)]).toEqual(["assistant back", "assistant hello"]);
});

test("a short limit is waited out by all, and each says that it waits", async () => {
  await using rig = fleetRig({ main: [limited(20_000), answered("first")], kid: answered("second") });
  rig.root.send({ type: "prompt", text: "go" });
  await rig.settle();
  await spawn(rig, "kid");
  expect(eventsOf(rig.events, "retry").map(({ agent, delayMs }) => [agent, delayMs])).toEqual([
    ["main", 20_000],
    ["kid", 20_000],
  ]);
  await rig.clock.advance(19_999);
  expect(rig.model("kid").requests).toEqual([]);
  await rig.clock.advance(1);
  expect([rig.said("main").at(-1), rig.said("kid").at(-1)]).toEqual(["assistant first", "assistant second"]);
});

test("with a chain, the others go on with the next model at once", async () => {
  const other = scriptedModel(answered("from the other"), { info: { id: "other", wireId: "other" } });
  const root = { fallback: [{ model: "other" }], resolveModel: async () => other };
  await using rig = fleetRig({ main: limited(5 * minuteMs), kid: answered("hello") }, { root });
  rig.root.send({ type: "prompt", text: "go" });
  await rig.settle();
  await spawn(rig, "kid");
  expect([rig.said("main").at(-1), rig.said("kid").at(-1)]).toEqual([
    "assistant from the other",
    "assistant from the other",
  ]);
  expect(rig.model("kid").requests).toEqual([]);
});

test("a limit is of one account and one model, holds for those who did not hear it, and ends with its time or an answer", () => {
  const known = new KnownLimits();
  const [one, other] = [known.seat(), known.seat()];
  const { info } = scriptedModel([]);
  const error = new RateLimitError({ provider: "A", retryAfterMs: 100 });
  one.note(info, error, 1_000);
  const waits = (model: ModelInfo, now = 1_000) => other.against(model, now)?.retryAfterMs;
  expect([waits(info), waits({ ...info, id: "scripted+200k" }), waits(info, 1_099), waits(info, 1_100)]).toEqual([
    100,
    100,
    1,
    undefined,
  ]);
  expect(waits({ ...info, access: { account: "work" } })).toBeUndefined();
  expect(waits({ ...info, wireId: "another" })).toBeUndefined();
  expect(one.against(info, 1_000)).toBeUndefined();
  one.clear(info);
  expect(waits(info)).toBeUndefined();
  one.note(info, new ServerError({ provider: "A", retryAfterMs: 100 }), 1_000);
  expect(waits(info)).toBeUndefined();
});
