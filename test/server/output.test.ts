import { expect, test } from "bun:test";
import type { AgentEvent } from "../../agent/event.ts";
import { exitCode } from "../../server/exit.ts";
import { describe, eventLine } from "../../server/output.ts";

const env = { ANTHROPIC_API_KEY: "sk-ant-very-secret" };

test("exit codes", () => {
  const codeOf = (code: string) => exitCode({ code, message: "" });
  expect(exitCode(undefined)).toBe(0);
  expect([codeOf("usage"), codeOf("budget"), codeOf("max_rounds"), codeOf("auth"), codeOf("internal")]).toEqual([
    2, 3, 1, 1, 1,
  ]);
});

test("an error is one sentence and what to do, without secrets and without escapes", () => {
  const error = { code: "auth", message: "The key \x1b[2Jsk-ant-very-secret is wrong.", hint: "Check it.\x07" };
  expect(describe(error, env)).toBe("sagent: The key [2J[ANTHROPIC_API_KEY] is wrong.\n  Check it.\n");
  expect(describe({ code: "auth", message: "No." }, env)).toBe("sagent: No.\n");
});

test("an event that may quote a provider carries no secret; what a person said is not touched", () => {
  const error: AgentEvent = {
    type: "error",
    seq: 1,
    agent: "main",
    at: 0,
    error: { code: "auth", message: "bad sk-ant-very-secret" },
  };
  expect(JSON.parse(eventLine(error, env))).toEqual({
    ...error,
    error: { code: "auth", message: "bad [ANTHROPIC_API_KEY]" },
  });
  const said: AgentEvent = {
    type: "message",
    seq: 2,
    agent: "main",
    at: 0,
    message: { type: "user", id: "m1", at: 0, text: "line\u2028break\n" },
  };
  expect(eventLine(said, {})).toBe(`${JSON.stringify(said)}\n`);
});
