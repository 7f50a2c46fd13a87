/** What the page shows of a model that goes on for another, and of a limit that is slept through. */
import { expect, test } from "bun:test";
import type { AgentEvent } from "../../agent/event.ts";
import { RateLimitError } from "../../agent/provider-error.ts";
import { Live } from "../../server/live.ts";
import { apply } from "../../ui/state/apply.ts";
import { markerWords } from "../../ui/state/marker-words.ts";
import { emptyView } from "../../ui/state/recording.ts";
import { waitWords } from "../../ui/state/state-words.ts";
import type { AgentView } from "../../ui/state/view.ts";
import { agentRig, answered } from "../agent/agent-rig.ts";
import { eventsOf, must, scriptedModel } from "../support/index.ts";

const minuteMs = 60_000;
const limited = new RateLimitError({ provider: "A", retryAfterMs: 5 * minuteMs });
const viewOf = (events: readonly AgentEvent[]): AgentView => apply(emptyView("s", "main", "main", 0), events);

test("an answer that another model gives stands there once, under its name, with a line on who goes on and why", async () => {
  const b = scriptedModel([answered("whole")], { info: { id: "b", wireId: "b" } });
  const cut = { parts: [{ text: "half" }], error: limited };
  await using rig = agentRig([cut, answered("back")], { fallback: [{ model: "b" }], resolveModel: async () => b });
  await rig.agent.run("go");
  await rig.clock.advance(5 * minuteMs);
  await rig.agent.run("more");
  const { items } = viewOf(rig.events);
  const shown = items.map((item) => {
    if (item.type === "marker") return markerWords(item.event).text;
    if (item.type !== "assistant") return item.type;
    return `${item.origin.model}${item.live ? " live" : ""} ${item.parts.map((part) => ("text" in part ? part.text : ""))}`;
  });
  expect(shown).toEqual([
    "user",
    "scripted cannot go on; b of scripted does",
    "b whole",
    "user",
    "Back on scripted of scripted",
    "scripted back",
  ]);
});

test("a sleep until a limit resets is shown while it lasts, also to who comes later, and in the card", async () => {
  await using rig = agentRig([limited, answered("at last")], { waitForLimits: true });
  const run = rig.agent.run("go");
  await rig.settle();
  const live = new Live();
  for (const event of rig.events) live.take(event);
  const told = must(eventsOf(live.events(), "suspended")[0]);
  const asleep = viewOf(rig.events);
  expect([asleep.retry, asleep.card.suspendedUntil]).toEqual([told, 5 * minuteMs]);
  expect(waitWords(told, minuteMs)).toBe(
    "A is limiting requests until 1970-01-01T00:05:00.000Z; going on by itself in 4 min. Say something to go on now.",
  );
  const before = rig.events.length;
  await rig.clock.advance(5 * minuteMs);
  await run;
  for (const event of rig.events.slice(before)) live.take(event);
  const awake = viewOf(rig.events);
  expect([awake.retry, awake.card.suspendedUntil, eventsOf(live.events(), "suspended")]).toEqual([undefined, null, []]);
});

test("a limit that nobody waits out is an error, and nothing is left to wait for", async () => {
  await using rig = agentRig([limited]);
  await rig.agent.run("go");
  const { retry, card, items } = viewOf(rig.events);
  const last = items.at(-1);
  const error = last?.type === "marker" && last.event.type === "error" ? last.event.error : undefined;
  expect([retry, card.suspendedUntil, card.reason, error?.retryAt]).toEqual([undefined, null, "error", 5 * minuteMs]);
});
