/** The contract's cases of what stays the same from turn to turn, so that vendors' prompt caches hold. */
import { expect, test } from "bun:test";
import type { Message, Usage } from "../../agent/message.ts";
import { lowestSettings } from "../../agent/model.ts";
import type { FakeReply, FakeRequest } from "../support/fake-types.ts";
import { big, tall } from "./images.ts";
import { conversation, doneOf, type Rig, requestOf, rig, type Subject } from "./provider-rig.ts";

export function prefixCases(name: string, subject: Subject): void {
  test(`${name}: each body begins with the bytes of the one before`, async () => {
    await using it = await rig(subject, rounds);
    await converse(it, subject, 0);
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
    await using it = await rig(subject, [...rounds, seen, seen]);
    const { log } = await converse(it, subject, 0);
    const other = await it.provider.model();
    for (const model of [it.model, other]) {
      doneOf(
        await Array.fromAsync(model.stream(requestOf(subject.info, log.slice(0, -1)), new AbortController().signal)),
      );
    }
    const [first, second] = it.fake.requests.slice(-2);
    expect(first?.text).toBe(second?.text ?? "nothing");
  });

  test(`${name}: the next turn reads from the cache what the turn before left there`, async () => {
    for (const cacheTtlSec of subject.can.cacheTtlSec.length ? subject.can.cacheTtlSec : [0]) {
      await using it = await rig(subject, rounds);
      const { usages } = await converse(it, subject, cacheTtlSec);
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

/** All four rounds at one lifetime of the cache: the conversation and what each call was billed. */
async function converse(it: Rig, { info }: Subject, cacheTtlSec: number): Promise<{ log: Message[]; usages: Usage[] }> {
  const settings = { ...lowestSettings(info), cacheTtlSec };
  const { log, ...talk } = conversation(info);
  const usages: Usage[] = [];
  talk.user("Read them", [await big()]);
  for (const _ of rounds) {
    const done = doneOf(await it.ask(log, { settings }));
    usages.push(done.usage);
    for (const { callId, args } of talk.answer(done).toReversed()) {
      const attachments = args.path === "b" ? { attachments: [await tall()] } : {};
      talk.result(callId, `content of ${args.path}`, { isError: args.path === "c", ...attachments });
    }
  }
  return { log, usages };
}

const seen: FakeReply = { parts: [{ text: "Seen." }] };

const lists = { anthropic: "messages", openai: "input", chat: "messages", gemini: "contents" } as const;

/** The history as it was sent, without its closing bracket, and all the rest. Markers of the cache move and are left out. */
function splitBody({ text }: FakeRequest, { wire }: Subject): { history: string; rest: string } {
  const plain = text.replace(/,"cache_control":\{[^}]*\}/g, "");
  const history = JSON.stringify((JSON.parse(plain) as Record<string, unknown>)[lists[wire]]);
  const at = plain.indexOf(history);
  expect(at).toBeGreaterThan(0);
  return { history: history.slice(0, -1), rest: plain.slice(0, at) + plain.slice(at + history.length) };
}
