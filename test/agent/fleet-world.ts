/**
 * A random fleet at work: agents below each other, whose models answer, send, spawn, fail and take their time, while
 * someone outside sends, halts and detaches. It knows what was accepted, and holds what came of it against that.
 */
import { toErrorInfo } from "../../agent/error.ts";
import type { SendRequest } from "../../agent/fleet-port.ts";
import { ServerError } from "../../agent/provider-error.ts";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, must, type ScriptedStep } from "../support/index.ts";
import { anything, type FleetRig, fleetRig, link, port, spawnTool } from "./fleet-rig.ts";

/** What a model does when it is asked; numbers choose among the living. */
export type Act =
  | { readonly do: "answer"; readonly wait: number }
  | { readonly do: "fail" }
  | { readonly do: "send"; readonly to: number; readonly delay: number; readonly urgent: boolean }
  | { readonly do: "spawn"; readonly persistent: boolean };
/** What someone outside does after `wait` ms. */
export type Deed = { readonly wait: number; readonly who: number } & (
  | Omit<Extract<Act, { do: "send" }>, never>
  | { readonly do: "prompt" | "halt" | "kill" | "detach" | "close" }
);

interface Accepted {
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly urgent: boolean;
  /** When it is due, in ms. */
  readonly dueAt: number;
  readonly isDelayed: boolean;
}

const price = { tier: "auto", above: 0, input: 3, output: 7, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const;

export class FleetWorld implements AsyncDisposable {
  readonly rig: FleetRig;
  readonly #acts: Act[];
  readonly #accepted: Accepted[] = [];
  #texts = 0;

  constructor(acts: readonly Act[]) {
    this.#acts = [...acts];
    const send = defineTool({
      name: "Send",
      description: "Sends.",
      schema: anything,
      run: (args, context) => this.#send(port(context).self, args as unknown as SendRequest),
    });
    const step: ScriptedStep = (request) => this.#say(request.messages.at(-1)?.type === "toolResult");
    const scripts = new Proxy<Record<string, ScriptedStep>>({}, { get: () => step });
    this.rig = fleetRig(scripts, {
      root: { tools: [spawnTool, send], retry: { maxAttempts: 1 } },
      info: { prices: [price] },
    });
  }

  /** Agents that stay, each below one that came before it. */
  async grow(parents: readonly number[]): Promise<void> {
    for (const parent of parents) {
      const labels = this.rig.labels();
      const from = must(labels[parent % labels.length]);
      await this.rig.fleet.spawn(from, { prompt: "go", persistent: true, notify: false }, link()).catch(toErrorInfo);
    }
  }

  async act(deed: Deed): Promise<void> {
    await this.rig.clock.advance(deed.wait);
    const { fleet } = this.rig;
    const who = this.#living(deed.who);
    switch (deed.do) {
      case "send":
        this.#send(who, { to: this.#living(deed.to), content: "", delaySec: deed.delay, urgent: deed.urgent });
        return;
      case "prompt":
        fleet.command(who, { type: "prompt", text: "more" });
        return;
      case "halt":
        fleet.command(who, { type: "halt" });
        return;
      case "close":
        if (who !== "main") await must(fleet.get(who)).close();
        return;
      default:
        fleet.command(who, { type: deed.do, call: "all" });
    }
  }

  /** Lets all that waits happen; who was halted or failed goes on and does no more than answer. */
  async rest(): Promise<void> {
    this.#acts.length = 0;
    for (let round = 0; round < 3; round += 1) {
      await this.rig.clock.advance(100_000);
      this.rig.fleet.command("*", { type: "prompt", text: "go on" });
    }
    await this.rig.clock.advance(100_000);
    await this.rig.fleet.quiet();
  }

  /** Throws where a message was lost, came twice or out of order, or where money does not add up. */
  check(): void {
    const heard = new Map<string, string[]>();
    for (const { agent, message } of eventsOf(this.rig.events, "message")) {
      if (message.type !== "peer") continue;
      const isUrgent = this.#accepted.some(({ text, urgent }) => text === message.text && urgent);
      const key = `${message.from} to ${agent}${isUrgent ? ", urgent" : ""}`;
      heard.set(key, [...(heard.get(key) ?? []), message.text]);
    }
    const expected = new Map<string, Accepted[]>();
    for (const each of this.#accepted) {
      const key = `${each.from} to ${each.to}${each.urgent ? ", urgent" : ""}`;
      expected.set(key, [...(expected.get(key) ?? []), each]);
    }
    const done = eventsOf(this.rig.events, "childEnded").filter(({ reason }) => reason === "done");
    const endedAt = new Map(done.map(({ child, at }) => [child, at]));
    // Who lives, or has done its work, has heard all; what waited for another may be lost.
    const whole = new Set([...this.rig.labels(), ...endedAt.keys()]);
    const isLate = ({ isDelayed, to, dueAt }: Accepted) =>
      isDelayed && dueAt >= (endedAt.get(to) ?? Number.POSITIVE_INFINITY);
    const late = new Set(this.#accepted.filter(isLate).map(({ text }) => text));
    for (const [key, messages] of expected) {
      const inTime = (text: string) => text.startsWith("t") && !late.has(text);
      const sent = messages
        .toSorted((a, b) => a.dueAt - b.dueAt)
        .map(({ text }) => text)
        .filter(inTime);
      const got = (heard.get(key) ?? []).filter(inTime);
      const fits = same(got, whole.has(must(messages[0]).to) ? sent : sent.slice(0, got.length));
      if (!fits) throw new Error(`${key}: sent ${sent}, heard ${got}`);
    }
    this.#checkMoney();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rig.fleet[Symbol.asyncDispose]();
  }

  #checkMoney(): void {
    const { root, events, fleet } = this.rig;
    const shares = fleet.shares().reduce((sum, { costUsd }) => sum + costUsd, 0);
    const booked = eventsOf(events, "callEnded").reduce((sum, { costUsd }) => sum + costUsd, 0);
    const tree = root.snapshot().treeCostUsd;
    if (Math.abs(shares - tree) > 1e-9 || Math.abs(booked - tree) > 1e-9) {
      throw new Error(`the tree cost ${tree}, its shares are ${shares}, its calls ${booked}`);
    }
  }

  #living(choice: number): string {
    const labels = this.rig.labels().filter((label) => this.rig.fleet.get(label));
    return must(labels[choice % labels.length]);
  }

  /** Sends a text of its own, and notes that it was accepted. */
  #send(from: string, { to, delaySec: delay = 0, urgent = false }: SendRequest): string {
    this.#texts += 1;
    // No two are due at one time, so that there is one order.
    const delaySec = delay && delay + this.#texts * 1e-6;
    const text = `t${this.#texts}`;
    try {
      this.rig.fleet.send(from, { to, content: text, delaySec, urgent });
    } catch (error) {
      return toErrorInfo(error).message;
    }
    const dueAt = this.rig.clock.now() + delaySec * 1_000;
    this.#accepted.push({ text, from, to, urgent, dueAt, isDelayed: delaySec > 0 });
    return "sent";
  }

  #say(afterTool: boolean): Awaited<Exclude<ScriptedStep, (...args: never) => unknown>> {
    const act = this.#acts.shift() ?? { do: "answer", wait: 0 };
    switch (act.do) {
      case "answer":
        return { parts: [{ text: afterTool ? "done" : "ok" }], ...(act.wait > 0 ? { wait: act.wait } : {}) };
      case "fail":
        return new ServerError({ provider: "P", status: 500 });
      case "send":
        return {
          parts: [{ call: "Send", args: { to: this.#living(act.to), delaySec: act.delay, urgent: act.urgent } }],
        };
      case "spawn":
        return { parts: [{ call: "Spawn", args: { prompt: "go", persistent: act.persistent, notify: false } }] };
    }
  }
}

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((text, at) => text === b[at]);
