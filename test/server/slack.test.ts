import { expect, test } from "bun:test";
import { until } from "../support/until.ts";
import { lastSaid, slackRig } from "./slack-rig.ts";

const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const [ann, bob] = ["U0ANN00001", "U0BOB00001"];

test("each persona answers in the thread in which it was spoken to, and a restart after a kill goes on", async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await slackRig(async (request) => {
    const said = lastSaid(request);
    const who = /PERSONA-(\w+)/.exec(request.view.system)?.[1] ?? "nobody";
    if (said.includes("long work")) await gate.promise;
    if (said.includes("read it")) return { parts: [{ call: "Read", args: { file_path: "personas/notes.txt" } }] };
    return { parts: [{ text: `${who}: **done**` }] };
  });
  const first = await rig.start();
  const review = rig.slack.say("general", ann, "reviewer: read it please");
  const write = rig.slack.say("general", bob, "<@U0BOT00001> writer what is new?", { type: "app_mention" });
  expect(await rig.answered("general", review)).toEqual(["REVIEWER: *done*"]);
  expect(await rig.answered("general", write)).toEqual(["WRITER: *done*"]);
  const long = rig.slack.say("general", ann, "reviewer: long work");
  await until(() => rig.provider.requests.some((request) => lastSaid(request).includes("long work")));
  await until(() => rig.slack.sockets.isSettled);
  first.kill("SIGKILL");
  await first.exited;
  const meanwhile = rig.slack.say("general", bob, "and writer's thread goes on", { thread: write });
  gate.resolve();
  const second = await rig.start("--continue");
  expect(await rig.answered("general", long)).toEqual(["REVIEWER: *done*"]);
  expect(await rig.answered("general", write, 2)).toEqual(["WRITER: *done*", "WRITER: *done*"]);
  expect([rig.inThread("general", review).length, rig.inThread("general", meanwhile).length]).toEqual([1, 0]);
  const marked = () => rig.slack.world.named("general")?.messages.filter(({ reactions }) => reactions.size > 0);
  await until(() => marked()?.length === 0);
  second.kill("SIGTERM");
  expect(await second.exited).toBe(143);
  const told = rig.slack.saidBy("agent-reviewer").map(({ text }) => text);
  expect(told.join("\n")).toContain("Read personas/notes.txt");
}, 60_000);

test("work that a signal ended goes on with the next start", async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await slackRig(async (request) => {
    if (lastSaid(request).includes("long work")) await gate.promise;
    return { parts: [{ text: "heard it" }] };
  });
  const first = await rig.start();
  const long = rig.slack.say("general", ann, "reviewer: long work");
  await until(() => rig.provider.requests.length === 1);
  first.kill("SIGTERM");
  expect(await first.exited).toBe(143);
  expect(rig.inThread("general", long)).toEqual([]);
  gate.resolve();
  await rig.start("--continue");
  expect(await rig.answered("general", long)).toEqual(["heard it"]);
}, 60_000);

test("a question of an agent is answered in its thread, and a failure is told there", async () => {
  await using rig = await slackRig((request) => {
    const said = lastSaid(request);
    if (said.includes("ask me")) {
      return { parts: [{ call: "Ask", args: { question: "Which colour?", choices: ["Red", "Blue"] } }] };
    }
    if (said.includes("fail now")) return { status: 400 };
    return { parts: [{ text: `heard ${/(Blue|Red)/.exec(said)?.[1]}` }] };
  });
  await rig.start();
  const ask = rig.slack.say("general", ann, "reviewer: ask me");
  expect((await rig.answered("general", ask))[0]).toContain("Which colour?\n  1  Red\n  2  Blue");
  rig.slack.say("general", bob, "2", { thread: ask });
  expect((await rig.answered("general", ask, 2))[1]).toBe("heard Blue");
  const failing = rig.slack.say("general", ann, "writer: fail now");
  expect((await rig.answered("general", failing))[0]).toStartWith(":warning: I could not go on.\n");
}, 60_000);

test("a message of the same thread goes with the work, one of another thread waits for its end", async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await slackRig(async (request) => {
    const said = lastSaid(request);
    if (said.includes("hold")) await gate.promise;
    return { parts: [{ text: `heard ${/(hold|second|steer)/.exec(said)?.[1]}` }] };
  });
  await rig.start();
  const busy = rig.slack.say("general", ann, "reviewer: hold");
  await until(() => rig.provider.requests.length === 1);
  const other = rig.slack.say("hidden", bob, "reviewer: second, please");
  await until(() => rig.slack.sockets.isSettled);
  expect(rig.provider.requests.length).toBe(1);
  rig.slack.say("general", ann, "no, steer that", { thread: busy });
  await until(() => rig.slack.sockets.isSettled);
  gate.resolve();
  expect(await rig.answered("hidden", other)).toEqual(["heard second"]);
  expect(rig.inThread("general", busy)).toEqual(["heard hold", "heard steer"]);
}, 60_000);

test("files are handed to a model that can take them, and a reaction reaches whom it is for", async () => {
  await using rig = await slackRig((request) => ({
    parts: [{ text: `heard ${/(reacted|picture)/.exec(lastSaid(request))?.[1]}` }],
  }));
  await rig.start();
  const { slack } = rig;
  const file = (name: string, mime: string, bytes: Buffer) => slack.file(name, mime, new Uint8Array(bytes));
  const png = file("dot.png", "image/png", Buffer.from(dot, "base64"));
  const page = file("page.png", "image/png", Buffer.from("<html>"));
  const stranger = { ...png, name: "far.png", url_private_download: "https://files.slack.com.evil.test/x" };
  const files = [png, page, stranger, file("note.txt", "text/plain", Buffer.from("a note"))];
  const shown = slack.say("general", ann, "writer: a picture", { files });
  expect(await rig.answered("general", shown)).toEqual(["heard picture"]);
  const sent = rig.provider.requests.at(-1)?.text ?? "";
  for (const part of [
    dot,
    "[File note.txt]\\na note",
    "page.png (image/png, 6 bytes) is not what it says",
    "far.png could not be fetched",
  ])
    expect([part, sent.includes(part)]).toEqual([part, true]);
  slack.react("general", bob, slack.saidBy("general").at(-1)?.ts ?? "", "thumbsup");
  expect((await rig.answered("general", shown, 2))[1]).toBe("heard reacted");
}, 60_000);

test("people make, list and stop agents, and are told how where it is not clear for whom they speak", async () => {
  await using rig = await slackRig(() => ({ parts: [{ text: "heard it" }] }));
  const program = await rig.start();
  const { slack } = rig;
  const direct = (text: string) => rig.answered(`@${ann}`, slack.say(`@${ann}`, ann, text));
  expect(await direct("list")).toEqual(["Agents:\n• reviewer: idle, $0.0000\n• writer: idle, $0.0000"]);
  expect(await direct("create writer as poet")).toEqual(["poet is there."]);
  expect(await direct("create writer as poet")).toEqual(["There is an agent poet already."]);
  expect(await direct("create nobody")).toEqual(["There is no persona nobody; there are: reviewer, writer."]);
  const poem = slack.say("agent-poet", bob, "words, please");
  expect(await rig.answered("agent-poet", poem)).toEqual(["heard it"]);
  expect(await rig.answered("router-log", slack.say("router-log", ann, "stop poet"))).toEqual(["poet is stopped."]);
  expect(await direct("stop poet")).toEqual(["There is no agent poet; there are: reviewer, writer."]);
  const lost = slack.say("general", ann, "<@U0BOT00001> hello?", { type: "app_mention" });
  expect((await rig.answered("general", lost))[0]).toContain("Talk to an agent");
  const quiet = slack.say("general", ann, "just us people");
  await until(() => slack.sockets.isSettled);
  program.kill("SIGINT");
  expect(await program.exited).toBe(130);
  expect(rig.inThread("general", quiet)).toEqual([]);
  expect(await new Response(program.stdout).text()).toContain("in Slack as @sagent with reviewer, writer; session ");
  await rig.start("--continue");
  expect(await direct("list")).toEqual([
    expect.stringMatching(/^Agents:\n• reviewer: idle, \S+\n• writer: idle, \S+$/),
  ]);
}, 60_000);

test("without personas the session's own agent answers, in its own channel of logs too, through an outage", async () => {
  await using rig = await slackRig(() => ({ parts: [{ text: "heard it" }] }), { personas: false });
  await rig.start("--log-prefix", "bot-", "--router-log-channel", "#ops");
  const { slack } = rig;
  const direct = slack.say(`@${ann}`, ann, "hello");
  expect(await rig.answered(`@${ann}`, direct)).toEqual(["heard it"]);
  slack.fault("chat.postMessage", "down", 3);
  slack.sockets.cut();
  const home = slack.say("bot-main", bob, "and here?");
  expect(await rig.answered("bot-main", home)).toEqual(["heard it"]);
  await until(() => slack.saidBy("ops").some(({ text }) => text.includes("→ main (log channel)")));
}, 60_000);

test("what is missing is said, and ends it", async () => {
  await using rig = await slackRig(() => ({ parts: [{ text: "ok" }] }));
  const { SLACK_APP_TOKEN: _, ...noApp } = rig.slack.env;
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = rig.slack.env) => {
    const { code, stderr } = await rig.home.run(["slack", ...args], { env });
    return [code, stderr.split("\n")[0]];
  };
  expect(await run(["--continue"])).toEqual([1, expect.stringContaining("No session of sagent slack is kept")]);
  expect(await run([], noApp)).toEqual([1, expect.stringContaining("sagent slack needs SLACK_APP_TOKEN")]);
  expect(await run([], { ...rig.slack.env, SLACK_BOT_TOKEN: "xoxp-wrong-token" })).toEqual([
    1,
    expect.stringContaining("(not_allowed_token_type)"),
  ]);
  expect(await run(["--persona-dir", "nowhere"])).toEqual([
    1,
    expect.stringContaining("The folder of personas cannot be read"),
  ]);
  expect(await run(["--app-token", "xapp-1"])).toEqual([2, expect.stringContaining("There is no option --app-token")]);
  expect((await run(["--ephemeral"]))[0]).toBe(2);
});

test("the agents spend from one budget, and who reached it says so", async () => {
  await using rig = await slackRig(() => ({ parts: [{ text: "dear" }], usage: { output: 500_000 } }));
  await rig.start("--max-budget-usd", "1");
  const first = rig.slack.say("general", ann, "reviewer: go");
  await rig.answered("general", first);
  const second = rig.slack.say("general", bob, "writer: go");
  expect((await rig.answered("general", second))[0]).toContain("the budget is used up");
  expect(rig.provider.requests.length).toBe(1);
});
