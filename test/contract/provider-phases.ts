/** The contract's cases of a stop at each phase of an answer. */
import { expect, test } from "bun:test";
import type { Chunk } from "../../agent/model.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { doneOf, errorOf, hello, plain, requestOf, rig, type Subject, told, until } from "./provider-rig.ts";

const answer: FakeReply = {
  parts: [
    { thinking: "Let me think." },
    { text: "I look into it." },
    { call: "Read", args: { path: "some/path.txt" } },
  ],
  chunkChars: 6,
};

export function phaseCases(name: string, subject: Subject): void {
  test(`${name}: a stop at any chunk ends at once, keeps what was told and frees the connection`, async () => {
    let [at, stop] = [0, new AbortController()];
    const step = (): FakeReply => ({ ...answer, fault: { type: "stall", atChunk: at, reached: () => stop.abort() } });
    await using it = await rig(subject, step);
    const count = it.fake.chunkCount(answer, subject.wire);
    const settings = { ...requestOf(subject.info, []).settings, ...subject.thinking };
    for (at = 0; at < count; at++) {
      stop = new AbortController();
      const chunks = await it.ask(hello(subject.info), { settings }, stop.signal);
      const { error, parts } = errorOf(chunks);
      expect([error.code, error.retry]).toEqual(["aborted", "never"]);
      const spoken = plain(parts).filter((part) => part.type !== "toolCall");
      expect<unknown>(spoken).toEqual(told(chunks).filter(({ type }) => type !== "toolCall"));
      for (const part of parts) if (part.type === "toolCall") expect(part.args).toEqual({ path: "some/path.txt" });
      await until(() => it.fake.requests[at]?.aborted === true);
    }
    expect(it.fake.requests).toHaveLength(count);
  });

  test(`${name}: a stop at any delta keeps what was told until then`, async () => {
    await using it = await rig(subject, () => answer);
    const request = requestOf(subject.info, hello(subject.info), {
      settings: { ...requestOf(subject.info, []).settings, ...subject.thinking },
    });
    const whole = await Array.fromAsync(it.model.stream(request, new AbortController().signal));
    const deltas = whole.filter((chunk) => chunk.type !== "done" && chunk.type !== "limits").length;
    expect(plain(doneOf(whole).parts)).toHaveLength(3);
    for (let count = 1; count <= deltas; count += 2) {
      const stop = new AbortController();
      const chunks: Chunk[] = [];
      let left = count;
      for await (const chunk of it.model.stream(request, stop.signal)) {
        chunks.push(chunk);
        if (chunk.type !== "limits" && --left === 0) stop.abort();
      }
      const { error, parts } = errorOf(chunks);
      expect(error.code).toBe("aborted");
      const spoken = plain(parts).filter((part) => part.type !== "toolCall");
      expect<unknown>(spoken).toEqual(told(chunks).filter(({ type }) => type !== "toolCall"));
    }
  });
}
