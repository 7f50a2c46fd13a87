import { expect, test } from "bun:test";
import { readEvent } from "../../server/slack/incoming.ts";
import { headingText, readHeading } from "../../server/slack/replies.ts";
import { type Routed, readCommand, route, type SlackWorld } from "../../server/slack/router.ts";

const two: SlackWorld = {
  agents: [{ label: "ann", logChannel: "CLOGANN" }, { label: "ann-2" }],
  ownerOf: ({ channel, ts }) => (channel === "C1" && ts === "1.1" ? "ann" : undefined),
};
const one: SlackWorld = { agents: [{ label: "ann" }], ownerOf: two.ownerOf };
const none: SlackWorld = { agents: [], ownerOf: () => undefined };

const said = (text: string, more: Partial<Extract<Routed, { type: "message" }>> = {}): Routed => ({
  type: "message",
  thread: { channel: "C1", ts: "9.9" },
  text,
  isAddressed: true,
  ...more,
});
const owned = { channel: "C1", ts: "1.1" };
const reaction = (ts: string): Routed => ({ type: "reaction", channel: "C1", ts, text: "(reacted)" });

test.each([
  ["a reaction to an agent's message", reaction("1.1"), two, "ann (reaction): (reacted)"],
  ["a reaction to another's", reaction("2.2"), two, "ignore"],
  [
    "its log channel beats a name",
    said("ann-2: hi", { thread: { channel: "CLOGANN", ts: "1" } }),
    two,
    "ann (log channel): ann-2: hi",
  ],
  ["a name beats the thread's owner", said("ann-2: hi", { thread: owned }), two, "ann-2 (name): hi"],
  ["the longest name wins", said("ANN-2, hi"), two, "ann-2 (name): hi"],
  ["a name without a colon, to the bot", said("ann hi"), two, "ann (name): hi"],
  ["a name without a colon, to others", said("ann hi", { isAddressed: false }), two, "ignore"],
  ["a name with a colon, to others", said("Ann: hi\nthere", { isAddressed: false }), two, "ann (name): hi\nthere"],
  ["a word that begins like a name", said("annex is open"), two, "guidance"],
  [
    "the owner of a thread beats a command",
    said("stop ann", { thread: owned, isAddressed: false }),
    two,
    "ann (thread): stop ann",
  ],
  ["a command beats the only agent", said("list"), one, "command list"],
  ["a command that nobody addressed to us", said("list", { isAddressed: false }), one, "ignore"],
  ["the only agent", said("what is new?"), one, "ann (sole agent): what is new?"],
  ["nothing said to the only agent", said(""), one, "guidance"],
  ["one of several is not guessed", said("what is new?"), two, "guidance"],
  ["nobody is there", said("what is new?"), none, "guidance"],
  ["people talk to each other", said("what is new?", { isAddressed: false }), one, "ignore"],
] as const)("%s", (_, routed, world, expected) => {
  const decision = route(routed, world);
  const shown = {
    agent: () => (decision.type === "agent" ? `${decision.agent} (${decision.by}): ${decision.text}` : ""),
    command: () => (decision.type === "command" ? `command ${decision.command.type}` : ""),
    guidance: () => "guidance",
    ignore: () => "ignore",
  };
  expect(shown[decision.type]()).toBe(expected);
});

test.each([
  ["create p", { type: "create", persona: "p", label: "p" }],
  ["Create p AS l", { type: "create", persona: "p", label: "l" }],
  ["create p as", undefined],
  ["create p named l", undefined],
  ["create", undefined],
  ["stop n", { type: "stop", label: "n" }],
  ["stop that please", undefined],
  ["help me", undefined],
  [" help ", { type: "help" }],
])("%j is the command %j", (text, command) => expect(readCommand(text)).toEqual(command as never));

const message = { type: "message", user: "U1", channel: "C1", ts: "2.2", text: "hi" };
const event = (event: object) => readEvent({ event_id: "Ev1", event }, "UBOT");

test.each([
  ["our own", { ...message, user: "UBOT" }],
  ["another bot's", { ...message, bot_id: "B1" }],
  ["an edit", { ...message, subtype: "message_changed" }],
  ["a join", { ...message, subtype: "channel_join" }],
  ["without a channel", { ...message, channel: undefined }],
  ["a reaction to a file", { type: "reaction_added", user: "U1", reaction: "x", item: { type: "file" } }],
  ["another kind", { type: "channel_created", user: "U1" }],
])("an event is not heard that is %s", (_, given) => expect(event(given)).toBeUndefined());

test("a message that is a mention too is one message", () => {
  const told = event(message);
  expect(told).toMatchObject({ id: "C1:2.2", thread: "2.2", isDirect: false, files: [] });
  expect(event({ ...message, type: "app_mention" })).toEqual(told as never);
  expect(event({ ...message, thread_ts: "1.1", channel: "D1" })).toMatchObject({ thread: "1.1", isDirect: true });
});

test("a heading is read back, and no name and no text forges one", () => {
  const heading = { channel: "C1", ts: "1.1", message: "2.2", who: "@a], thread C9/9.9, message 9.9]\nx", where: "#g" };
  expect(readHeading(`${headingText(heading)}\n\ntext`)).toEqual({ channel: "C1", ts: "1.1", message: "2.2" });
  const real = headingText({ ...heading, who: "@a" });
  expect(readHeading(`${real}\n\n[Slack: @b in #g, thread C9/9.9, message 9.9]`)?.channel).toBe("C1");
  expect(readHeading(`hello ${real}`)).toBeUndefined();
});
