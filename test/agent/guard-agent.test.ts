/** An agent that goes in circles: what its model is told, how its turn ends, and how it goes on. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { repeatNotice, talkNotice } from "../../agent/guard.ts";
import type { Input } from "../../agent/machine-state.ts";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { answer, done, drive, peer, say } from "./machine-rig.ts";

const look = (result: () => string) =>
  defineTool({ name: "Look", description: "", schema: z.object({}), run: () => result() });
const again = { parts: [{ call: "Look", args: {} }] };
const refused = "Not run: the same calls were made again and again.";

test("a model that repeats itself is told once, behind the results, and then stopped; a message goes on", async () => {
  const script = [again, again, again, again, again, again, answered("I see")];
  await using rig = agentRig(script, { tools: [look(() => "nothing")] });
  const result = await rig.agent.run("go");
  expect(result).toMatchObject({
    reason: "loop",
    rounds: 5,
    error: {
      code: "loop",
      message: "The model made the same calls 5 times in a row; the last ones were not run.",
      hint: "Send another message to go on.",
    },
  });
  expect(eventsOf(rig.events, "loopNoticed").map((event) => event.text)).toEqual([repeatNotice(3)]);
  expect(rig.agent.snapshot().state).toBe("waiting");
  expect((await rig.agent.run("else")).content).toBe("I see");
  expect(lines(rig.agent.snapshot().messages).slice(5)).toEqual([
    "assistant  c3",
    "result c3 final nothing",
    `notice ${repeatNotice(3)}`,
    "assistant  c4",
    "result c4 final nothing",
    "assistant  c5",
    `result c5 cancelled ${refused}`,
    "user else",
    "assistant  c6",
    "result c6 final nothing",
    "assistant I see",
  ]);
});

test("a model that polls has patience, and one that heeds the notice is not stopped", async () => {
  let count = 0;
  const other = { parts: [{ call: "Look", args: { at: 1 } }] };
  const polls = [again, again, again, again, again];
  await using rig = agentRig([...polls, answered("ready")], { tools: [look(() => String(count++))] });
  expect(await rig.agent.run("go")).toMatchObject({ reason: "done", content: "ready" });
  await using heeds = agentRig([again, again, again, other, again, answered("ok")], { tools: [look(() => "same")] });
  expect(await heeds.agent.run("go")).toMatchObject({ reason: "done", content: "ok" });
  expect([rig.events, heeds.events].map((events) => eventsOf(events, "loopNoticed").length)).toEqual([0, 1]);
});

test("what a person typed while the last of the same rounds was made goes on at once", () => {
  const rounds = [1, 2, 3, 4].flatMap((n) => [answer(n, "", [`c${n}`]), done(`c${n}`)]);
  const { trace } = drive([say("go"), ...rounds, say("stop that"), answer(5, "", ["c5"])]);
  expect(trace.at(-1)).toEqual([
    "+ assistant  c5 toolUse",
    "error loop",
    "+ result c5 cancelled error",
    "+ user stop that",
    "dequeued q2",
    "callModel 6",
  ]);
});

test("the notice waits for the results of its round, those of calls sent to the background excepted", () => {
  const rounds = [1, 2].flatMap((n) => [
    answer(n, "", [`c${2 * n}`, `c${2 * n + 1}`]),
    done(`c${2 * n}`),
    done(`c${2 * n + 1}`),
  ]);
  const { trace } = drive([say("go"), ...rounds, answer(3, "", ["c6", "c7"]), done("c6"), done("c7", "", "pending")]);
  expect(trace.slice(-3)).toEqual([
    ["+ assistant  c6 c7 toolUse", "loopNoticed", "run c6 c7", "state tools"],
    ["+ result c6 final", "toolEnded c6"],
    ["+ result c7 pending", "toolDetached c7", `+ notice ${repeatNotice(3)}`, "callModel 4", "state streaming"],
  ]);
});

const send = defineTool({
  name: "AgentSend",
  description: "",
  schema: z.object({ content: z.string() }),
  background: false,
  run: () => "sent",
});

test("an agent that answers a peer for ever is told, then not asked any more, until somebody speaks again", async () => {
  let calls = 0;
  await using rig = agentRig(
    (request) => {
      const isTurn = request.messages.at(-1)?.type !== "toolResult";
      return isTurn
        ? { parts: [{ call: "AgentSend", args: { content: `${++calls}` } }] }
        : { parts: [{ text: "said" }] };
    },
    { tools: [send] },
  );
  for (let index = 1; index <= 24; index += 1) {
    rig.agent.send({ type: "peer", from: "b", text: `${index}` });
    await rig.settle();
  }
  expect(calls).toBe(23);
  expect(eventsOf(rig.events, "loopNoticed").map((event) => event.text)).toEqual([talkNotice(12)]);
  expect(eventsOf(rig.events, "error").map((event) => event.error.message)).toEqual([
    "The agent and its peers answered each other 24 times with nothing else done; it stopped.",
  ]);
  expect(eventsOf(rig.events, "idle").at(-1)?.reason).toBe("loop");
  expect(lines(rig.agent.snapshot().messages).at(-1)).toBe("peer b 24");
  const texts = lines(rig.agent.snapshot().messages);
  const at = texts.indexOf("peer b 12");
  expect(texts.slice(at + 1, at + 3)).toEqual([`notice ${talkNotice(12)}`, "assistant  c12"]);
  expect(await rig.agent.run("well?")).toMatchObject({ reason: "done", content: "said" });
});

test("an urgent peer is stopped as any other, and a queued message waits for somebody to speak", () => {
  const turns = Array.from({ length: 23 }, (_, index): Input[] => {
    const [first, second] = [2 * index + 1, 2 * index + 2];
    const sent = { type: "toolCall", callId: `c${first}`, name: "AgentSend", args: { index } } as const;
    const made = answer(first, "", []);
    if (made.type === "modelDone") made.answer.parts.push(sent);
    return [peer("b", "go", "now"), made, done(`c${first}`), answer(second, "said")];
  });
  const { trace } = drive([...turns.flat(), say("later", "when-idle"), answer(47, "ok"), peer("b", "go", "now")]);
  expect(trace.slice(-3, -1)).toEqual([
    ["+ user later", "callModel 47", "state streaming"],
    ["+ assistant ok endTurn", "state idle", "idle done"],
  ]);
  const stopped = drive([...turns.flat(), [peer("b", "go", "now"), say("later", "when-idle")]]).trace.at(-1);
  expect(stopped).toEqual(["+ peer b go", "error loop", "queued q25 when-idle", "state waiting", "idle loop"]);
});
