/** The loop's own duties: batches, the end of slow work, and what breaks in it. */
import { expect, test } from "bun:test";
import { Asks } from "../../agent/asks.ts";
import { Dispatch } from "../../agent/dispatch.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { Jobs } from "../../agent/jobs.ts";
import { Log } from "../../agent/log.ts";
import { Loop, type LoopWork } from "../../agent/loop.ts";
import type { Input } from "../../agent/machine-state.ts";
import { Spill } from "../../agent/spill.ts";
import { Toolbox } from "../../agent/toolbox.ts";
import { eventsOf, virtualClock } from "../support/index.ts";
import { settled } from "./dispatch-rig.ts";
import { answer, clear, compact, say, use } from "./machine-rig.ts";

function rig(work: Partial<LoopWork> = {}) {
  const clock = virtualClock();
  const log = new Log({ agent: "a", clock });
  const events: AgentEvent[] = [];
  log.subscribe((event) => events.push(event));
  const workspace = { root: "/w", cwd: "/w", reads: new Map(), env: {} };
  const jobs = new Jobs({ clock, isBackground: () => false, command: () => {} });
  const options = {
    toolbox: new Toolbox([]),
    workspace,
    clock,
    agent: "a",
    jobs,
    spill: new Spill(),
    countTokens: () => 0,
  };
  const dispatch = new Dispatch({ ...options, emit: (event) => log.emit(event), done: () => {} });
  const asks = new Asks({ nextId: () => log.nextAskId(), asked: () => {} });
  const asked: number[] = [];
  const whole: LoopWork = {
    callModel: async (generation) => {
      asked.push(generation);
      return answer(generation, `answer ${generation}`);
    },
    compact: async (generation) => ({ type: "compactDone", generation }),
    switchModel: async () => {},
    judgeRest: async (generation) => ({ type: "restJudged", generation, goOn: null }),
    tune: () => {},
    forget: () => {},
    ...work,
  };
  return { loop: new Loop({ log, dispatch, asks, work: whole }), log, events, asked };
}

const errorsOf = (events: readonly AgentEvent[]) => eventsOf(events, "error").map((event) => event.error);

test("what is sent in one task is handled as one batch", async () => {
  const { loop, asked, log } = rig();
  loop.send(say("a"));
  loop.send(say("b"));
  expect(log.state.entries).toEqual([]);
  await settled();
  expect([asked, log.state.entries.map((entry) => entry.type)]).toEqual([[1], ["user", "user", "assistant"]]);
  await loop.close();
});

test("work that rejects is a failure of that work, and the loop lives", async () => {
  const broken = () => Promise.reject(new Error("a bug"));
  const { loop, events } = rig({ callModel: broken, compact: broken, switchModel: broken });
  for (const input of [say("a"), compact, use("b")]) {
    loop.send(input);
    await settled();
  }
  const internal = { code: "internal", message: "a bug" };
  expect(errorsOf(events)).toEqual([internal]);
  expect(eventsOf(events, "compactFailed").map((event) => event.error)).toEqual([internal]);
  expect(loop.state).toMatchObject({ calling: null, held: true });
  await loop.close();
});

test("an effect that throws is told, and those behind it are done all the same", async () => {
  const { loop, events } = rig({
    forget: () => {
      throw new Error("cannot forget");
    },
  });
  loop.send(say("a"));
  await settled();
  loop.send(clear);
  loop.send(say("b"));
  await settled();
  expect(errorsOf(events)).toEqual([{ code: "internal", message: "cannot forget" }]);
  expect(eventsOf(events, "idle").length).toBe(2);
  await loop.close();
});

test("a close stops what is slow, waits for it, and hears nothing more", async () => {
  const ends: string[] = [];
  const stopped = (name: string, input: Input) => (signal: AbortSignal) =>
    new Promise<Input>((resolve) => {
      signal.addEventListener("abort", () => {
        setImmediate(() => {
          ends.push(name);
          resolve(input);
        });
      });
    });
  const { loop, log } = rig({ callModel: (generation, signal) => stopped("call", answer(generation, "late"))(signal) });
  loop.send(say("a"));
  await settled();
  await loop.close();
  loop.send(say("b"));
  await settled();
  expect([ends, log.state.entries.map((entry) => entry.type)]).toEqual([["call"], ["user"]]);
});
