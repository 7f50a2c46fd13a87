/** What is run and how its calls are answered. The order of calls is in `dispatch-order.test.ts`. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { defineTool } from "../../agent/tool.ts";
import { call, dispatchRig, final, heldTool, settled } from "./dispatch-rig.ts";

const echo = defineTool({
  name: "Echo",
  description: "Says it again.",
  schema: z.object({ text: z.string(), times: z.int().default(1) }),
  label: ({ text }) => `Echo ${text}\nand more`,
  run: ({ text, times }) => text.repeat(times),
});

test("a call gets its parsed arguments and is told of from start to end", async () => {
  const { dispatch, events, outcomes, answered } = dispatchRig([echo]);
  dispatch.run([call("c1", "Echo", { text: "hi" })]);
  await answered(1);
  expect([events, outcomes]).toEqual([
    [{ type: "toolStarted", call: "c1", name: "Echo", label: "Echo hi" }],
    [["c1", final("hi")]],
  ]);
});

test("a tool is told who calls, where, and how to be heard", async () => {
  const seen: unknown[] = [];
  const look = defineTool({
    name: "Look",
    description: "",
    schema: z.object({}),
    run: (_, { callId, agent, workspace, signal, countTokens, progress }) => {
      seen.push(callId, agent, workspace.cwd, signal.aborted, countTokens("four"));
      progress({ type: "output", stream: "stderr", text: "a" });
      progress({ type: "status", text: "b" });
      return {
        text: "x",
        isError: true,
        attachments: [{ mime: "a/b", data: "" }],
        details: { type: "matches", files: 1, matches: 2 },
      };
    },
  });
  const { dispatch, events, outcomes, answered } = dispatchRig([look]);
  dispatch.run([call("c1", "Look")]);
  await answered(1);
  expect(seen).toEqual(["c1", "a", "/w", false, 4]);
  expect(events.slice(1)).toEqual([
    { type: "toolOutput", call: "c1", stream: "stderr", text: "a" },
    { type: "toolOutput", call: "c1", stream: "status", text: "b" },
  ]);
  const attachments = [{ mime: "a/b", data: "" }];
  const details = { type: "matches", files: 1, matches: 2 } as const;
  expect(outcomes).toEqual([["c1", { ...final("x", true), attachments, details }]]);
});

test("a call that cannot be run is answered with why, and the others run", async () => {
  const bad = defineTool({
    name: "Bad",
    description: "",
    schema: z.object({}),
    serializeKey: () => {
      throw new Error("no key");
    },
    run: () => "never",
  });
  const { dispatch, events, outcomes, answered } = dispatchRig([echo, bad]);
  dispatch.run([
    call("c1", "Ecko"),
    { ...call("c2", "Echo"), malformed: '{"text": "hi' },
    call("c3", "Echo", { text: 1, times: "many" }),
    call("c4", "Bad"),
    call("c5", "Echo", { text: "hi" }),
  ]);
  await answered(5);
  const refused = (text: string) => ({ kind: "final", isError: true, text }) as const;
  expect(Object.fromEntries(outcomes)).toEqual({
    c1: refused('There is no tool "Ecko". Tools: Echo, Bad.'),
    c2: refused('Not run: the arguments of Echo are not a JSON object: {"text": "hi'),
    c3: refused(
      "Not run: the arguments of Echo do not fit.\n" +
        "✖ Invalid input: expected string, received number\n  → at text\n" +
        "✖ Invalid input: expected number, received string\n  → at times",
    ),
    c4: refused("Bad failed unexpectedly: no key"),
    c5: final("hi"),
  });
  expect(events.map((event) => event.type === "toolStarted" && event.call)).toEqual(["c5"]);
});

test("without any tool a call is answered all the same", async () => {
  const { dispatch, outcomes, answered } = dispatchRig([]);
  dispatch.run([call("c1", "Read")]);
  expect(outcomes).toEqual([]);
  await answered(1);
  expect(outcomes).toEqual([["c1", { kind: "final", isError: true, text: 'There is no tool "Read". Tools: none.' }]]);
});

test("a tool that throws, at once or late, an error or not, is answered for", async () => {
  const thrower = defineTool({
    name: "Throw",
    description: "",
    schema: z.object({ how: z.string() }),
    label: () => {
      throw new Error("no label");
    },
    run: ({ how }) => {
      if (how === "now") throw new Error("now");
      if (how === "late") return Promise.reject(new Error("late"));
      throw how;
    },
  });
  const { dispatch, events, outcomes, answered } = dispatchRig([thrower]);
  for (const [index, how] of ["now", "late", "word"].entries()) dispatch.run([call(`c${index}`, "Throw", { how })]);
  await answered(3);
  expect(Object.fromEntries(outcomes)).toEqual({
    c0: final("Throw failed unexpectedly: now", true),
    c1: final("Throw failed unexpectedly: late", true),
    c2: final("Throw failed unexpectedly: word", true),
  });
  expect(events[0]).toEqual({ type: "toolStarted", call: "c0", name: "Throw", label: "Throw" });
});

test("no output is said in words: a wire refuses an empty result", async () => {
  const { dispatch, outcomes, answered } = dispatchRig([echo]);
  dispatch.run([call("c1", "Echo", { text: "" })]);
  await answered(1);
  expect(outcomes).toEqual([["c1", final("(no output)")]]);
});

test("a change of place is told once, after the tool that made it, also by one that was stopped", async () => {
  const go = defineTool({
    name: "Go",
    description: "",
    schema: z.object({ to: z.string() }),
    run: async ({ to }, { workspace }) => {
      await settled();
      workspace.cwd = to;
      await settled();
      return "";
    },
  });
  const { tool, end } = heldTool("Held");
  const { dispatch, events, workspace, answered } = dispatchRig([go, tool]);
  const places = () => events.filter((event) => event.type === "workspace");
  dispatch.run([call("c1", "Go", { to: "/a" }), call("c2", "Go", { to: "/a" }), call("c3", "Held")]);
  await answered(2);
  end("c3");
  await answered(3);
  expect(places()).toEqual([{ type: "workspace", cwd: "/a" }]);
  dispatch.run([call("c4", "Go", { to: "/b" })]);
  dispatch.cancel("c4");
  await answered(4);
  await dispatch.close();
  expect([places().at(-1), workspace.cwd]).toEqual([{ type: "workspace", cwd: "/b" }, "/b"]);
});
