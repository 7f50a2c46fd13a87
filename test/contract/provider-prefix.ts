/** The contract's cases of what stays the same from turn to turn, so that vendors' prompt caches hold. */
import { expect, test } from "bun:test";
import { lowestSettings } from "../../agent/model.ts";
import type { FakeReply, FakeRequest } from "../support/fake-types.ts";
import { big, tall } from "./images.ts";
import { conversation, doneOf, rig, type Subject } from "./provider-rig.ts";

export function prefixCases(name: string, subject: Subject): void {
  test(`${name}: each body begins with the bytes of the one before`, async () => {
    await using it = await rig(subject, () => rounds[it.fake.requests.length - 1] ?? { status: 500 });
    await talk(it, subject, 0);
    const bodies = it.fake.requests.map((request) => splitBody(request, subject));
    expect(bodies).toHaveLength(4);
    for (const [index, { history, rest }] of bodies.entries()) {
      const next = bodies[index + 1];
      if (!next) continue;
      expect(next.history.startsWith(history)).toBe(true);
      expect(next.rest).toBe(rest);
    }
    expect(it.fake.problems).toEqual([]);
  });

  test(`${name}: a model made anew sends the same bytes`, async () => {
    await using it = await rig(subject, () => ({ parts: [{ text: "Seen." }] }));
    const log = [...(await talk(it, subject, 0, 1))];
    const other = await it.provider.model();
    const request = { system: "Be brief.", tools: [], settings: lowestSettings(subject.info), messages: log };
    const ask = (model = it.model) => Array.fromAsync(model.stream(request, new AbortController().signal));
    doneOf(await ask());
    doneOf(await ask(other));
    const [first, second] = it.fake.requests.slice(-2);
    expect(first?.text).toBe(second?.text ?? "nothing");
  });

  test(`${name}: the next turn reads from the cache what the turn before left there`, async () => {
    const steps = rounds.length;
    for (const cacheTtlSec of subject.can.cacheTtlSec.length ? subject.can.cacheTtlSec : [0]) {
      await using it = await rig(subject, () => rounds[it.fake.requests.length - 1] ?? { status: 500 });
      const usages = await meters(it, subject, cacheTtlSec);
      expect(usages).toHaveLength(steps);
      const marks = it.fake.requests.map(({ text }) => text.match(/"cache_control":\{[^}]*\}/g) ?? []);
      const mark = cacheTtlSec > 300 ? '{"type":"ephemeral","ttl":"1h"}' : '{"type":"ephemeral"}';
      for (const found of marks) {
        expect(new Set(found)).toEqual(new Set(cacheTtlSec > 0 ? [`"cache_control":${mark}`] : []));
        expect(found.length).toBeLessThanOrEqual(4);
      }
      for (const [index, usage] of usages.entries()) {
        const before = usages[index - 1];
        const left = before ? before.cacheRead + before.cacheWrite + before.cacheWrite1h : 0;
        if (cacheTtlSec > 0) expect([usage.input, usage.cacheRead]).toEqual([0, left]);
        else expect(usage.cacheRead > 0).toBe(before !== undefined);
      }
    }
  });
}

/** Four rounds, with images of which some are too large for some models. */
const rounds: FakeReply[] = [
  { parts: [{ text: "First." }, { call: "Read", args: { path: "a" } }] },
  // More blocks than a vendor looks back over.
  { parts: [..."bcdefghijklm"].map((path) => ({ call: "Read", args: { path } })) },
  { parts: [{ call: "Read", args: { path: "z" } }] },
  { parts: [{ text: "Done." }] },
];

async function* turns(it: Awaited<ReturnType<typeof rig>>, subject: Subject, cacheTtlSec: number, count: number) {
  const settings = { ...lowestSettings(subject.info), cacheTtlSec };
  const talk = conversation(subject.info);
  talk.user("Read them", [await big()]);
  for (let round = 0; round < count; round++) {
    const done = doneOf(await it.ask(talk.log, { settings }));
    const calls = talk.answer(done);
    for (const call of calls.toReversed()) {
      const attachments = call.args.path === "b" ? { attachments: [await tall()] } : {};
      talk.result(call.callId, `content of ${call.args.path}`, { isError: call.args.path === "c", ...attachments });
    }
    yield { done, log: talk.log };
  }
}

async function talk(it: Awaited<ReturnType<typeof rig>>, subject: Subject, ttl: number, count = rounds.length) {
  const all = await Array.fromAsync(turns(it, subject, ttl, count));
  return all.at(-1)?.log.slice(0, 1) ?? [];
}

async function meters(it: Awaited<ReturnType<typeof rig>>, subject: Subject, ttl: number) {
  return (await Array.fromAsync(turns(it, subject, ttl, rounds.length))).map(({ done }) => done.usage);
}

const lists = { anthropic: "messages", openai: "input", chat: "messages", gemini: "contents" } as const;

/** The history as it was sent, without its closing bracket, and all the rest. Markers of the cache move and are left out. */
function splitBody({ text }: FakeRequest, { wire }: Subject): { history: string; rest: string } {
  const plain = text.replace(/,"cache_control":\{[^}]*\}/g, "");
  const history = JSON.stringify((JSON.parse(plain) as Record<string, unknown>)[lists[wire]]);
  const at = plain.indexOf(history);
  expect(at).toBeGreaterThan(0);
  return { history: history.slice(0, -1), rest: plain.slice(0, at) + plain.slice(at + history.length) };
}
