import { expect, test } from "bun:test";
import type { AgentEvent } from "../../agent/event.ts";
import type { ToolDetails } from "../../agent/message.ts";
import { terminalCall, toldLine, toldOf } from "../../server/told.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome } from "./program.ts";

const result = (data: Extract<ToolDetails, { type: "custom" }>["data"], isError = false): AgentEvent => ({
  type: "message",
  seq: 1,
  agent: "main",
  at: 0,
  message: {
    type: "toolResult",
    id: "m3",
    at: 0,
    callId: "c1",
    name: "Notify",
    kind: "final",
    isError,
    text: "",
    details: { type: "custom", name: "notify", data },
  },
});

test("only a result that says so tells, as one line without escapes", () => {
  const told = toldOf(result({ title: "A\u001b[31m", text: "one\ntwo\u0007 \u202ex", desktop: true }));
  expect(told).toEqual({ agent: "main", title: "A[31m", text: "one two x", desktop: true });
  expect(told && toldLine(told)).toBe("A[31m: one two x");
  for (const data of [null, "text", {}, { text: 1 }]) expect(toldOf(result(data))).toBeUndefined();
  expect(toldOf(result({ text: "a" }, true))).toBeUndefined();
  expect(toldOf(result({ text: "a" }))).toEqual({ agent: "main", title: "main", text: "a", desktop: false });
});

test("a terminal is called in its own way, and nothing of the text ends the sequence", () => {
  const told = { agent: "main", title: "a;b", text: "c\u0007\u001b]0;x;y", desktop: false };
  expect(terminalCall(told, { TERM: "xterm-256color" })).toBe("\x07\x1b]9;a,b: c]0,x,y\x07");
  expect(terminalCall(told, { TERM: "foot" })).toBe("\x07\x1b]777;notify;a,b;c]0,x,y\x07");
  expect(terminalCall(told, { TERM: "xterm", VTE_VERSION: "7000" })).toStartWith("\x07\x1b]777;");
});

test("a run without a person writes it to standard error, once, and not again when it is resumed", async () => {
  const script = [
    { parts: [{ call: "ToolSearch", args: { query: "Notify" } }] },
    { parts: [{ call: "Notify", args: { title: "Build", text: "It is done." } }] },
    { parts: [{ text: "Told." }] },
    { parts: [{ text: "Again." }] },
  ];
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const first = await home.run(["-p", "Tell me."]);
  expect([first.code, first.stdout, first.stderr.match(/Build: It is done\./g)]).toEqual([
    0,
    "Told.\n",
    ["Build: It is done."],
  ]);
  const second = await home.run(["--continue", "-p", "Again."]);
  expect([second.code, second.stdout, second.stderr]).toEqual([0, "Again.\n", ""]);
});
