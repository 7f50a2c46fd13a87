import { afterAll } from "bun:test";
import { linearTool } from "../../tools/linear.ts";
import { slackTool } from "../../tools/slack.ts";
import { fakeLinear } from "../support/fake-linear.ts";
import { fakeSlack } from "../support/fake-slack.ts";
import { toolContract } from "./tool.ts";

const slack = fakeSlack();
const linear = fakeLinear();
afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await linear[Symbol.asyncDispose]();
});
const long = slack.say("hidden", "U0ANN00001", "a long story");
for (let at = 0; at < 200; at++) slack.say("hidden", "U0BOB00001", "and so on, ".repeat(80), { thread: long });

const prepare = () => {};

toolContract(slackTool({ env: slack.env }), {
  prepare,
  works: [
    { operation: "list_channels" },
    { operation: "list_users", limit: 5_000 },
    { operation: "list_messages", channel: "#general" },
    { operation: "send", channel: "@ann", text: "**hello**" },
  ],
  fails: [
    { operation: "send", text: "to nobody" },
    { operation: "list_messages", channel: "#nowhere" },
    { operation: "create_channel", channel_name: "Not A Name\n" },
  ],
  refused: [
    {},
    { operation: "delete" },
    { operation: "send", channel: "a", text: "" },
    { operation: "list_users", limit: 0 },
  ],
  large: { prepare, args: { operation: "read_thread", channel: "hidden", thread_ts: long, limit: 200 } },
});

toolContract(linearTool({ env: linear.env }), {
  prepare,
  works: [
    { operation: "list_issues", team: "ENG", limit: 2 },
    { operation: "get_issue", issue: "ENG-1" },
    { operation: "update_issue", issue: "ENG-1", state: "Todo" },
    { operation: "add_comment", issue: "ENG-1", text: "Seen." },
  ],
  fails: [
    { operation: "get_issue", issue: "ENG-77" },
    { operation: "create_issue", team: "Nobody", title: "A\nB" },
    { operation: "update_issue" },
  ],
  refused: [
    {},
    { operation: "delete_issue" },
    { operation: "get_issue", issue: "12" },
    { operation: "list_issues", limit: 0 },
  ],
});
