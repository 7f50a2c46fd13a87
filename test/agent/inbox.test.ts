import { expect, test } from "bun:test";
import { announce, emptyInbox, has, put, queuedEvent, take } from "../../agent/inbox.ts";

const files = [{ mime: "text/plain", data: "" }];
const full = [
  { policy: "now", text: "a" },
  { policy: "when-idle", text: "b" },
  { policy: "now", text: "c", from: "ann", attachments: files },
  { policy: "when-idle", text: "d" },
] as const;
const inbox = full.reduce(put, emptyInbox);
const texts = (waiting: readonly { readonly text: string }[]) => waiting.map((message) => message.text).join("");

test("messages of a policy are taken oldest first, and the others keep their order", () => {
  const [taken, rest] = take(inbox, "now");
  expect([texts(taken), texts(rest.waiting), has(rest, "now"), has(rest, "when-idle")]).toEqual([
    "ac",
    "bd",
    false,
    true,
  ]);
  const [one, three] = take(inbox, "when-idle", 1);
  expect([texts(one), texts(three.waiting)]).toEqual(["b", "acd"]);
  expect(take(inbox, "after-turn")).toEqual([[], inbox]);
  expect(texts(inbox.waiting)).toBe("abcd");
});

test("ids are never given twice", () => {
  const [, rest] = take(inbox, "now");
  expect(put(rest, full[0]).waiting.map((message) => message.id)).toEqual(["q2", "q4", "q5"]);
});

test("each message is told of once", () => {
  const [fresh, told] = announce(inbox);
  expect([texts(fresh), announce(told)]).toEqual(["abcd", [[], told]]);
  const [again] = announce(put(told, { policy: "now", text: "e" }));
  expect(again.map(queuedEvent)).toEqual([{ type: "queued", queueId: "q5", policy: "now", text: "e" }]);
  expect(fresh[2] && queuedEvent(fresh[2])).toEqual({
    type: "queued",
    queueId: "q3",
    policy: "now",
    from: "ann",
    text: "c",
    attachments: files,
  });
});
