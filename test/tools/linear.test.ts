import { afterAll, beforeEach, expect, test } from "bun:test";
import { linearTool } from "../../tools/linear.ts";
import { fakeLinear, type LinearFault } from "../support/fake-linear.ts";
import { placeAt } from "./tool-bench.ts";

const fake = fakeLinear();
afterAll(async () => {
  expect(fake.problems).toEqual([]);
  await fake[Symbol.asyncDispose]();
});
beforeEach(() => fake.fault(undefined));

const tool = linearTool({ env: fake.env });
const linear = (args: object) => placeAt("/").run(tool, tool.schema.parse(args) as never);

test.each([
  [{}, ["ENG-1", "ENG-2", "OPS-3"]],
  [{ team: "eng" }, ["ENG-1", "ENG-2"]],
  [{ team: "Operations" }, ["OPS-3"]],
  [{ state: "in progress" }, ["ENG-2"]],
  [{ state: "started", assignee: "bob" }, ["ENG-2"]],
  [{ assignee: "me" }, ["ENG-1"]],
  [{ query: "SPACE" }, ["ENG-1"]],
  [{ team: "ENG", query: "nothing like it" }, []],
])("issues are listed by %j", async (filter, identifiers) => {
  const { text } = await linear({ operation: "list_issues", ...filter });
  expect([...text.matchAll(/^[A-Z]+-\d+/gm)].map(([name]) => name)).toEqual(identifiers);
});

test("a list says what each is, and that there are more", async () => {
  const { text } = await linear({ operation: "list_issues", limit: 1 });
  expect(text).toBe("1 issue. There are more: narrow it, or raise limit.\nENG-1  Login fails  (Backlog, Urgent, @ann)");
});

test("an issue is told whole, by the name that people use", async () => {
  expect((await linear({ operation: "get_issue", issue: "eng-1" })).text).toBe(
    `# ENG-1 Login fails
state: Backlog
team: ENG
assignee: ann
priority: Urgent
labels: bug
by: ann
made: 2026-01-02 03:04
changed: 2026-01-02 03:04
url: https://linear.test/ENG-1

With a **space**.

1 comment

@bob  2026-01-02 03:04
On it.`,
  );
});

test("an issue is made, changed and commented on", async () => {
  const made = { title: "New", state: "Todo", assignee: "bob@a.test", priority: 2 };
  const { text } = await linear({ operation: "create_issue", team: "Engineering", description: "x", ...made });
  expect(text).toBe("Made ENG-4  New  (Todo, High, @bob)\nhttps://linear.test/ENG-4");
  const changed = await linear({ operation: "update_issue", issue: "ENG-4", state: "done", title: "Newer" });
  expect(changed.text).toBe("Changed title, state: ENG-4  Newer  (Done, High, @bob)");
  await linear({ operation: "add_comment", issue: "ENG-4", text: "Good." });
  expect(fake.issues.at(-1)).toMatchObject({
    title: "Newer",
    description: "x",
    stateId: "state-completed",
    assigneeId: "user-bob",
    comments: [{ body: "Good." }],
  });
});

test.each([
  [{ operation: "get_issue", issue: "ENG-99" }, "Linear refused: Entity not found"],
  [{ operation: "create_issue", team: "X", title: "t" }, "there are: ENG (Engineering), OPS (Operations)."],
  [{ operation: "update_issue", issue: "ENG-1", state: "Odd" }, "it has: Backlog, Todo, In Progress, Done."],
  [{ operation: "update_issue", issue: "ENG-1", assignee: "zoe" }, '"zoe" is nobody in Linear.'],
  [
    { operation: "update_issue", issue: "ENG-1", assignee: "Bob Birch" },
    '"Bob Birch" may be any of Bob Birch <bob@a.test>, Bob Birch <bobby@a.test>; name one by email.',
  ],
  [{ operation: "update_issue", issue: "ENG-1" }, "Nothing to change is given"],
  [{ operation: "create_issue", title: "t" }, "create_issue needs team."],
] as const)("%j fails with what helps", async (args, words) => {
  const { text, isError } = await linear(args);
  expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
});

const faults: readonly (readonly [LinearFault, string])[] = [
  ["limited", "Linear limits how often it is asked, until 2030-01-02T03:04Z."],
  ["error", "Linear refused: Something broke"],
  ["half", "Linear refused: One part failed"],
  ["down", "Linear answered with status 502."],
  ["page", "Linear answered with a web page"],
  ["cut", "Linear answered with broken data"],
  ["loop", "Linear redirects in a circle"],
  ["elsewhere", "Linear redirects elsewhere"],
];

test.each(faults)("an answer that is %s is told so", async (fault, words) => {
  fake.fault(fault);
  const { text, isError } = await linear({ operation: "list_issues" });
  expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
});

test("without a key the variable is named, and a wrong one is told without being quoted", async () => {
  const call = { operation: "list_issues" } as const;
  expect((await placeAt("/").run(linearTool(), call)).text).toContain("LINEAR_API_KEY is not set");
  const { text } = await placeAt("/").run(linearTool({ env: { ...fake.env, LINEAR_API_KEY: "wrong-key" } }), call);
  expect(text).toStartWith("Linear does not take the key.");
});

test("a slow answer is left when the call is stopped", async () => {
  fake.fault("slow");
  const place = placeAt("/");
  const running = place.run(tool, { operation: "list_issues" });
  place.stop.abort();
  expect((await running).isError).toBe(true);
});
