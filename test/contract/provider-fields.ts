/** The contract's cases of what a request may say besides its conversation: schemas, stops, a caller's own fields. */
import { expect, test } from "bun:test";
import { doneOf, endOf, errorOf, hello, plain, rig, type Subject } from "./provider-rig.ts";

/** As `z.toJSONSchema` writes it. */
const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    title: { type: "string", minLength: 1 },
    kind: { type: "string", enum: ["bug", "wish"] },
    steps: { type: "array", minItems: 1, items: { type: "object", properties: { at: { type: "integer" } } } },
  },
  required: ["title", "kind", "steps"],
  additionalProperties: false,
};
const strict = {
  type: "object",
  properties: { title: { type: "string" } },
  required: ["title"],
  additionalProperties: false,
};

export function fieldCases(name: string, subject: Subject): void {
  const messages = hello(subject.info);

  test(`${name}: an answer is held to a schema where the model says so`, async () => {
    const { structured } = subject.can;
    expect(subject.info.structured ?? false).toBe(structured);
    await using it = await rig(subject, () =>
      structured ? { parts: [], document: true } : { parts: [{ text: "{}" }] },
    );
    for (const outputSchema of structured ? [schema, strict] : [undefined]) {
      const done = doneOf(await it.ask(messages, outputSchema ? { outputSchema } : {}));
      const [part] = plain(done.parts);
      const value: unknown = JSON.parse(part?.type === "text" ? part.text : "nothing");
      if (outputSchema === schema) expect(value).toEqual({ title: "words", kind: "bug", steps: [expect.anything()] });
      if (outputSchema === strict) expect(value).toEqual({ title: "words" });
      expect(done.stopReason).toBe("endTurn");
    }
    expect(it.fake.problems).toEqual([]);
  });

  test(`${name}: stop sequences are sent, or refused before anything is`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "One, two" }], stop: "stopSequence" }]);
    const end = endOf(await it.ask(messages, { stopSequences: ["three"] }));
    if (subject.can.stops) {
      expect(["endTurn", "stopSequence"]).toContain(doneOf([end]).stopReason);
      expect(it.fake.requests[0]?.text).toContain('["three"]');
    } else {
      expect(errorOf([end]).error.code).toBe("bad_request");
      expect(errorOf([end]).error.message).toContain("stop sequences");
      expect(it.fake.requests).toEqual([]);
    }
  });

  test(`${name}: the caller's own fields reach the body, but never over the adapter's`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "Hi." }] }, { parts: [{ text: "Hi." }] }]);
    const { [subject.wire]: given } = fields;
    const other = { elsewhere: { unheard_of: 1 } };
    doneOf(
      await it.ask(messages, { providerOptions: { [subject.info.provider]: given, ...other }, maxOutputTokens: 99 }),
    );
    doneOf(await it.ask(messages, { providerOptions: other, maxOutputTokens: 99 }));
    const [first, second] = it.fake.requests.map((request) => request.body as Record<string, unknown>);
    expect(first).toMatchObject(wanted[subject.wire]);
    expect(first).toEqual({ ...second, ...first });
    expect(JSON.stringify(second)).not.toContain("unheard_of");
    expect(it.fake.problems).toEqual([]);
  });
}

/** Something that is the caller's to say on each wire, and something that is not. */
const fields = {
  anthropic: { metadata: { user_id: "u1" }, stream: false, max_tokens: 1 },
  openai: { metadata: { user: "u1" }, text: { verbosity: "low" }, stream: false, store: true },
  chat: { metadata: { user: "u1" }, stream: false, stream_options: { include_usage: false } },
  gemini: { labels: { user: "u1" }, generationConfig: { seed: 7, maxOutputTokens: 1 } },
};
const wanted = {
  anthropic: { metadata: { user_id: "u1" }, stream: true, max_tokens: 99 },
  openai: { metadata: { user: "u1" }, text: { verbosity: "low" }, stream: true, store: false },
  chat: { metadata: { user: "u1" }, stream: true, stream_options: { include_usage: true } },
  gemini: { labels: { user: "u1" }, generationConfig: { seed: 7, maxOutputTokens: 99 } },
};
