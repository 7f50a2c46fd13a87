import { afterAll, beforeEach, expect, test } from "bun:test";
import { slackTool } from "../../tools/slack.ts";
import { fakeSlack, type SlackFault } from "../support/fake-slack.ts";
import { must } from "../support/must.ts";
import { placeAt } from "./tool-bench.ts";

const fake = fakeSlack();
const methods = [
  "chat.postMessage",
  "conversations.list",
  "conversations.history",
  "users.list",
  "conversations.create",
];
afterAll(async () => {
  expect(fake.problems).toEqual([]);
  await fake[Symbol.asyncDispose]();
});
beforeEach(() => {
  for (const method of methods) fake.fault(method, undefined);
  fake.lacks.clear();
});

const { general, hidden } = { general: must(fake.world.named("general")), hidden: must(fake.world.named("hidden")) };

/** Each call has a tool of its own, which remembers nothing. */
const slack = (args: object, env: Readonly<Record<string, string>> = fake.env) => {
  const tool = slackTool({ env });
  return placeAt("/").run(tool, tool.schema.parse(args) as never);
};

test("a message is posted as Slack shows it, to a channel by its name", async () => {
  const text = "# Done\n**All** is *well*, see [the log](https://a.test/x?a=1&b=2).\n- @ann in #general\n`a<b`";
  const { text: told } = await slack({ operation: "send", channel: "#general", text });
  const posted = must(fake.saidBy("general").at(-1));
  expect(posted.text).toBe(
    `*Done*\n*All* is _well_, see <https://a.test/x?a=1&amp;b=2|the log>.\n• <@U0ANN00001> in <#${general.id}>\n\`a&lt;b\``,
  );
  expect(told).toBe(`Posted to #general (channel ${general.id}, ts ${posted.ts}).`);
});

test("a reply goes into its thread, and a direct message to one person", async () => {
  const ts = fake.say("general", "U0ANN00001", "who can look?");
  await slack({ operation: "send", channel: "general", text: "I can.", thread_ts: ts });
  expect(must(fake.saidBy("general").at(-1))).toMatchObject({ text: "I can.", thread_ts: ts });
  await slack({ operation: "send", channel: "@bobby", text: "only you" });
  expect(must(fake.saidBy("@U0BOB00001").at(-1)).text).toBe("only you");
});

test("a long text becomes several messages, in which code stays code", async () => {
  const before = fake.saidBy("general").length;
  const text = `${"word ".repeat(700)}\n\n\`\`\`ts\n${"let a = 1;\n".repeat(500)}\`\`\`\nend`;
  expect((await slack({ operation: "send", channel: "general", text })).text).toContain("in 3 messages");
  const pieces = fake.saidBy("general").slice(before);
  for (const piece of pieces)
    expect([piece.text.length <= 3_900, piece.text.split("```").length % 2]).toEqual([true, 1]);
  expect(pieces.map(({ text }) => text.match(/let a = 1;/g)?.length ?? 0).reduce((a, b) => a + b)).toBe(500);
});

test("messages are told oldest first, as Markdown with names", async () => {
  fake.say("hidden", "U0ANN00001", "*bold* &lt;tag&gt; <@U0BOB00001> <https://a.test|a> <!here>");
  const ts = fake.say("hidden", "U0BOB00001", "a question");
  fake.say("hidden", "U0ANN00001", "an answer", { thread: ts });
  const { text } = await slack({ operation: "list_messages", channel: hidden.id });
  expect(text.replace(/20\d\d-\S+ \S+ {2}/g, "")).toMatch(
    /^2 messages\.\n\n@ann {2}ts \S+\n\*\*bold\*\* <tag> @bob \[a\]\(https:\/\/a\.test\) @here\n\n@bob {2}ts \S+, 1 reply\na question$/,
  );
  const thread = await slack({ operation: "read_thread", channel: "hidden", thread_ts: ts });
  expect(thread.text).toMatch(/^2 messages\.\n\n@bob[\s\S]*a question\n\n@ann[\s\S]*an answer/);
});

test("lists go on over their pages, and say how much there is", async () => {
  const channels = await slack({ operation: "list_channels", limit: 2 });
  expect(channels.text).toMatch(/^2 channels\. There are more: 2 of \d+ are shown; raise limit\.\n#general {2}C/);
  expect(channels.text).toContain("(the bot is not in it)  about random");
  const { text } = await slack({ operation: "list_users" });
  expect(text).toBe(
    "3 users.\n@ann  U0ANN00001  Ann Ash\n@bob  U0BOB00001  Bob Birch\n@sagent  U0BOT00001  sagent  (bot)",
  );
});

test("a channel is made, and known at once", async () => {
  const tool = slackTool({ env: fake.env });
  const run = (args: object) => placeAt("/").run(tool, tool.schema.parse(args) as never);
  await run({ operation: "list_channels" });
  expect((await run({ operation: "create_channel", channel_name: "#plans" })).text).toMatch(/^Made #plans \(channel C/);
  expect((await run({ operation: "send", channel: "plans", text: "hi" })).isError).toBeUndefined();
  expect((await run({ operation: "create_channel", channel_name: "plans" })).text).toContain("exists already");
});

test.each([
  [{ operation: "send", channel: "nowhere", text: "x" }, "The bot sees no channel #nowhere."],
  [{ operation: "send", channel: "genera", text: "x" }, "Did you mean #general?"],
  [{ operation: "send", channel: "random", text: "x" }, "The bot is not in that channel: somebody must invite it"],
  [{ operation: "send", channel: "C0NOTTHERE", text: "x" }, "There is no such channel, or it is private"],
  [{ operation: "send", channel: "@nobody", text: "x" }, "There is no user @nobody"],
  [{ operation: "read_thread", channel: "general", thread_ts: "1.1" }, "There is no such thread"],
  [{ operation: "create_channel", channel_name: "No Spaces" }, "cannot be a channel's name"],
  [{ operation: "send", channel: "general" }, "send needs text."],
] as const)("%j fails with what helps", async (args, words) => {
  const { text, isError } = await slack(args);
  expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
});

test("a scope that is missing is named, and private channels are left out where only theirs is", async () => {
  fake.lacks.add("channels:manage").add("groups:read");
  const { text } = await slack({ operation: "create_channel", channel_name: "more" });
  expect(text).toContain("The app needs channels:manage: add it under OAuth & Permissions");
  const listed = await slack({ operation: "list_channels" });
  expect([listed.isError, listed.text.includes("#hidden"), listed.text.includes("#general")]).toEqual([
    undefined,
    false,
    true,
  ]);
});

test("without a token the variable is named, and a wrong one is told", async () => {
  const call = { operation: "list_channels" };
  expect((await slack(call, {})).text).toContain("SLACK_BOT_TOKEN is not set");
  const wrong = await slack(call, { ...fake.env, SLACK_BOT_TOKEN: "nonsense-token" });
  expect([wrong.isError, wrong.text]).toEqual([true, expect.stringContaining("The token is not valid")]);
  expect(wrong.text).not.toContain("nonsense-token");
});

const faults: readonly (readonly [SlackFault, string])[] = [
  ["down", "Slack answered with status 502."],
  ["page", "Slack answered with a web page"],
  ["cut", "Slack answered with broken data where JSON was due."],
  ["empty", "Slack answered with nothing where JSON was due."],
  ["loop", "Slack redirects in a circle"],
  ["elsewhere", "Slack redirects elsewhere"],
];

test.each(faults)("a list that is %s is told so", async (fault, words) => {
  fake.fault("conversations.list", fault);
  const { text, isError } = await slack({ operation: "list_channels" });
  expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
});

test("a limit is waited out", async () => {
  fake.fault("users.list", "limited", 1);
  expect((await slack({ operation: "list_users" })).isError).toBeUndefined();
});

test("a message that may have been posted is not posted again", async () => {
  const before = fake.saidBy("general").length;
  fake.fault("chat.postMessage", "lost", 1);
  const { isError } = await slack({ operation: "send", channel: general.id, text: "once" });
  expect([isError, fake.saidBy("general").length - before]).toEqual([true, 1]);
});

test("a slow answer is left when the call is stopped", async () => {
  fake.fault("conversations.list", "slow");
  const place = placeAt("/");
  const running = place.run(slackTool({ env: fake.env }), { operation: "list_channels" });
  place.stop.abort();
  expect((await running).isError).toBe(true);
});

test("no text of a model calls everybody or forges a link", async () => {
  await slack({ operation: "send", channel: "general", text: "<!channel> <@U0BOB00001> &lt;!here&gt; a & b" });
  expect(must(fake.saidBy("general").at(-1)).text).toBe(
    "&lt;!channel&gt; &lt;@U0BOB00001&gt; &amp;lt;!here&amp;gt; a &amp; b",
  );
});
