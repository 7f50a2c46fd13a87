import { afterAll } from "bun:test";
import { linearTool } from "../../tools/linear.ts";
import { slackTool } from "../../tools/slack.ts";
import { wikiTool } from "../../tools/wiki.ts";
import { fakeLinear } from "../support/fake-linear.ts";
import { fakeSlack } from "../support/fake-slack.ts";
import { writeFiles } from "../support/write-files.ts";
import { toolContract } from "./tool.ts";

const slack = fakeSlack();
const linear = fakeLinear();
afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await linear[Symbol.asyncDispose]();
});
const long = slack.say("hidden", "U0ANN00001", "a long story");
for (let at = 0; at < 200; at++) slack.say("hidden", "U0BOB00001", "and so on, ".repeat(80), { thread: long });
const [, slow] = linear.issues;
if (slow) slow.description = "Page after page is slow.\n".repeat(20_000);

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
  large: { prepare, args: { operation: "get_issue", issue: "ENG-2" } },
});

const head = "---\ntitle: T\ntags: [a]\nsources: [b]\nupdated: 2026-01-01\n---\n";

toolContract(wikiTool(), {
  prepare: (dir) => writeFiles(dir, { "wiki/index.md": "# Start\n[[a]]", "wiki/a.md": `${head}See [[index]].` }),
  works: [
    { operation: "locate" },
    { operation: "list", query: "start" },
    { operation: "read_index" },
    { operation: "read_page", page: "A" },
    { operation: "lint" },
  ],
  fails: [
    { operation: "read_page" },
    { operation: "read_page", page: "../../etc/passwd" },
    { operation: "read_page", page: "a", offset: 99 },
    { operation: "list", folder: "nowhere\n" },
    { operation: "list", folder: "/etc" },
  ],
  refused: [
    {},
    { operation: "write" },
    { operation: "read_page", page: "" },
    { operation: "read_page", page: "a", offset: 0 },
  ],
  large: {
    prepare: (dir) => writeFiles(dir, { "wiki/long.md": `${"A line that goes on for a while.\n".repeat(20_000)}` }),
    args: { operation: "read_page", page: "long" },
  },
});
