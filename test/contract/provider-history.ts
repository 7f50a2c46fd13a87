/** The contract's cases of what a conversation looks like on the wire. */
import { expect, test } from "bun:test";
import { lowestSettings } from "../../agent/model.ts";
import type { FakeReply, FakeStep } from "../support/fake-types.ts";
import {
  conversation,
  doneOf,
  endOf,
  hello,
  pixel,
  plain,
  type Rig,
  requestOf,
  rig,
  type Subject,
} from "./provider-rig.ts";

export function historyCases(name: string, subject: Subject): void {
  loopCases(name, subject);
  imageCases(name, subject);
  thoughtCases(name, subject);
  wordCases(name, subject);
}

const rounds: FakeReply[] = [
  { parts: [{ text: "First." }, { call: "Read", args: { path: "a" } }] },
  {
    parts: [
      { call: "Read", args: { path: "b" } },
      { call: "Read", args: { path: "c" } },
    ],
  },
  { parts: [{ text: "Done." }] },
];

/** Three rounds: results go back, the last of a round as an error and before the first. */
async function threeRounds(it: Rig, subject: Subject) {
  const talk = conversation(subject.info);
  talk.user("Read them");
  for (const _ of rounds) {
    const calls = talk.answer((await it.ask(talk.log)).at(-1));
    for (const call of calls.toReversed()) {
      talk.result(call.callId, `content of ${call.args.path}`, { isError: call.args.path === "c" });
    }
  }
  return talk;
}

function loopCases(name: string, subject: Subject): void {
  test(`${name}: a loop of three rounds sends every result back to its call`, async () => {
    await using it = await rig(subject, rounds);
    await threeRounds(it, subject);
    expect(it.fake.problems).toEqual([]);
    const { view } = it.fake.requests[2] ?? {};
    const none = { texts: [], thinking: [], calls: [], results: [], images: [] };
    expect(view?.system).toBe("Be brief.");
    expect(view?.tools).toEqual(["Read"]);
    expect(
      view?.messages.map((message) => ({ ...message, texts: message.texts.filter((text) => text !== "") })),
    ).toEqual([
      { ...none, role: "user", texts: ["Read them"] },
      {
        ...none,
        role: "assistant",
        texts: ["First."],
        calls: [{ id: expect.any(String), name: "Read", args: { path: "a" } }],
      },
      { ...none, role: "user", results: [{ id: expect.any(String), text: "content of a", isError: false }] },
      {
        ...none,
        role: "assistant",
        calls: ["b", "c"].map((path) => ({ id: expect.any(String), name: "Read", args: { path } })),
      },
      {
        ...none,
        role: "user",
        results: ["b", "c"].map((path) => ({
          id: expect.any(String),
          text: `content of ${path}`,
          isError: path === "c",
        })),
      },
    ]);
  });
}

function imageCases(name: string, subject: Subject): void {
  test(`${name}: images go with what was said and with results`, async () => {
    await using it = await rig(subject, [
      { parts: [{ call: "Read", args: { path: "a.png" } }] },
      { parts: [{ text: "A pixel." }] },
    ]);
    const talk = conversation(subject.info);
    talk.user("What is this?", [pixel]);
    const [call] = talk.answer((await it.ask(talk.log)).at(-1));
    talk.result(call?.callId ?? "c0", "an image", { attachments: [pixel] });
    talk.user("Look closely");
    doneOf(await it.ask(talk.log));
    expect(it.fake.problems).toEqual([]);
    const last = it.fake.requests[1]?.view.messages ?? [];
    expect(last.flatMap((message) => message.images)).toEqual(subject.can.images ? ["image/png", "image/png"] : []);
    const [result] = last.at(-1)?.results ?? [];
    expect(result?.text).toStartWith("an image");
    expect(result?.text.includes("was left out")).toBe(!subject.can.images);
    expect(last.at(-1)?.texts).toContain("Look closely");
  });

  test(`${name}: a file that the wire cannot carry leaves a note in its place`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "I see." }] }]);
    const talk = conversation(subject.info);
    talk.user("Listen", [{ mime: "audio/x-unheard", data: "AAAA", name: "song.xyz" }]);
    doneOf(await it.ask(talk.log));
    expect(it.fake.requests[0]?.view.messages.flatMap((message) => message.texts).join(" ")).toContain("song.xyz");
    expect(it.fake.problems).toEqual([]);
  });
}

function thoughtCases(name: string, subject: Subject): void {
  const steps: FakeStep[] = [
    { parts: [{ thinking: "A deep thought." }, { call: "Read", args: { path: "a" } }] },
    { parts: [{ text: "Done." }] },
  ];
  const settings = { ...lowestSettings(subject.info), ...subject.thinking };

  for (const own of [true, false]) {
    test(`${name}: a thought ${own ? "goes back to the model that had it" : "of another model stays away"}`, async () => {
      await using it = await rig(subject, steps);
      const talk = conversation(subject.info);
      talk.user("Think");
      const done = doneOf(await it.ask(talk.log, { settings }));
      const proofs = done.parts.map(subject.proofOf).filter((proof) => proof !== undefined);
      const origin = own ? undefined : { provider: "elsewhere", model: "other" };
      const [call] = talk.answer(done, origin);
      talk.result(call?.callId ?? "c0", "content");
      doneOf(await it.ask(talk.log, { settings }));
      expect(it.fake.problems).toEqual([]);
      const body = JSON.stringify(it.fake.requests[1]?.body);
      expect(proofs.length).toBeGreaterThan(0);
      const goesBack = own && subject.can.replay;
      for (const proof of proofs) expect(body.includes(JSON.stringify(proof).slice(1, -1))).toBe(goesBack);
    });
  }
}

function wordCases(name: string, subject: Subject): void {
  test(`${name}: peers and notices join the user's side, marked as what they are`, async () => {
    await using it = await rig(subject, [{ parts: [{ call: "Read", args: {} }] }, { parts: [{ text: "Ok." }] }]);
    const talk = conversation(subject.info);
    talk.user("Go");
    const [call] = talk.answer((await it.ask(talk.log)).at(-1));
    talk.push((entry) => ({ ...entry, type: "peer", from: "scout", text: "Found it." }));
    talk.result(call?.callId ?? "c0", "content");
    talk.push((entry) => ({
      ...entry,
      type: "notice",
      text: "Late.",
      call: { id: "c7", name: "Bash", kind: "final" },
    }));
    doneOf(await it.ask(talk.log));
    expect(it.fake.problems).toEqual([]);
    const last = it.fake.requests[1]?.view.messages.at(-1);
    expect(last?.results.map(({ text }) => text)).toEqual(["content"]);
    expect(last?.texts.join("\n")).toBe(
      '[from scout]: Found it.\n<tool-notice call="c7" tool="Bash" status="finished">\nLate.\n</tool-notice>',
    );
  });

  test(`${name}: what was refused is withheld from then on`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "No." }], stop: "refusal" }, { parts: [{ text: "Yes." }] }]);
    const talk = conversation(subject.info);
    talk.user("A forbidden question");
    talk.answer(endOf(await it.ask(talk.log)));
    talk.user("A good question");
    expect(plain(doneOf(await it.ask(talk.log)).parts)).toEqual([{ type: "text", text: "Yes." }]);
    const [, second] = it.fake.requests;
    expect(second?.view.messages.map(({ role }) => role)).toEqual(["user"]);
    expect(JSON.stringify(second?.body)).not.toContain("forbidden");
    expect(JSON.stringify(second?.body)).toContain("A good question");
    expect(it.fake.problems).toEqual([]);
  });

  test(`${name}: closing a model leaves its provider open, and closing twice is fine`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "One." }] }, { parts: [{ text: "Two." }] }]);
    await it.model.close();
    await it.model.close();
    const other = await it.provider.model();
    const request = requestOf(subject.info, hello(subject.info));
    const ask = () => Array.fromAsync(other.stream(request, new AbortController().signal));
    expect(doneOf(await ask()).stopReason).toBe("endTurn");
    await it.provider.close();
    await it.provider.close();
    expect(doneOf(await ask()).stopReason).toBe("endTurn");
  });
}
