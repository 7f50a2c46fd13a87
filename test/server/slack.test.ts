import { expect, test } from "bun:test";
import { until } from "../support/until.ts";
import { lastSaid, slackRig } from "./slack-rig.ts";

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
  const message = rig.slack.world.named("general")?.messages.find(({ ts }) => ts === write);
  await until(() => message?.reactions.size === 0);
  second.kill("SIGTERM");
  expect(await second.exited).toBe(143);
  const told = rig.slack.saidBy("agent-reviewer").map(({ text }) => text);
  expect(told.join("\n")).toContain("Read personas/notes.txt");
}, 60_000);
