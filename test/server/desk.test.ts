/** What the page asks of the server about whole sessions, of a server as it is started. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { AgentEvent } from "../../agent/event.ts";
import type { MessageId } from "../../agent/message.ts";
import { readConfig } from "../../server/config.ts";
import { parseFlags } from "../../server/flags.ts";
import { type Served, startServer } from "../../server/serve.ts";
import { readToken, serverDir } from "../../server/token.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeProvider } from "../support/fake-types.ts";
import { must } from "../support/must.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { wireEnv } from "./program.ts";

let temp: TempDir;
let fake: FakeProvider;
let served: Served;
let token: string;

beforeAll(async () => {
  temp = tempDir();
  fake = await startFakeProvider(({ view }) => ({
    parts: [{ text: `You said ${view.messages.at(-1)?.texts.at(-1)}.` }],
  }));
  const env = {
    HOME: temp.path,
    XDG_DATA_HOME: `${temp.path}/data`,
    PATH: process.env.PATH,
    ...wireEnv(fake, "anthropic"),
  };
  served = await startServer(readConfig(parseFlags([]).flags, temp.path), env);
  token = must(await readToken(serverDir(temp.path, env)));
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

function ask(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(served.address + path, {
    method,
    headers: { authorization: `Bearer ${token}`, origin: served.address, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/**
 * Resolves with the answer's id in the very moment in which the log has it. The disk does not have it then: it still
 * writes something long that came before.
 */
async function answered(text: string): Promise<{ id: string; answer: MessageId }> {
  const { id, composed } = await served.workspace.create({ text });
  return new Promise((resolve) => {
    composed.fleet.subscribe((event) => {
      const { seq, agent, at } = event;
      const long = { seq, agent, at, type: "error", error: { code: "long", message: "x".repeat(2 ** 25) } } as const;
      if (event.type === "partStarted") composed.session?.append(long);
      if (event.type === "message" && event.message.type === "assistant") resolve({ id, answer: event.message.id });
    });
  });
}

async function textsOf(id: string): Promise<string[]> {
  const { events } = (await (await ask("GET", `/api/sessions/${id}/export?format=json`)).json()) as {
    events: readonly AgentEvent[];
  };
  return events.flatMap((event) => {
    if (event.type !== "message") return [];
    const { message } = event;
    if (message.type === "user") return [message.text];
    return message.type === "assistant"
      ? message.parts.map((part) => (part.type === "text" ? part.text : part.type))
      : [];
  });
}

test("a fork of a live session has what was said up to this moment", async () => {
  const { id, answer } = await answered("hello");
  const response = await ask("POST", `/api/sessions/${id}/fork`, { upTo: answer });
  const { session } = (await response.json()) as { session: string };
  expect(await textsOf(session)).toEqual(["hello", "You said hello."]);
});

test("an export of a live session has what was said up to this moment", async () => {
  const { id } = await answered("again");
  expect(await textsOf(id)).toEqual(["again", "You said again."]);
});

test("without a message, all of the conversation is forked", async () => {
  const { id } = await answered("whole");
  const { session } = (await (await ask("POST", `/api/sessions/${id}/fork`, {})).json()) as { session: string };
  expect(await textsOf(session)).toEqual(["whole", "You said whole."]);
  expect(session).not.toBe(id);
});

test("what is no message, and no session, is refused with a sentence", async () => {
  const { id } = await answered("once");
  const refusal = async (path: string, body: unknown) => {
    const response = await ask("POST", path, body);
    const { error } = (await response.json()) as { error: { message: string } };
    return [response.status, error.message];
  };
  expect(await refusal(`/api/sessions/${id}/fork`, { upTo: "x1" })).toEqual([400, '"x1" is no message.']);
  expect(await refusal(`/api/sessions/${id}/fork`, { upTo: "m99" })).toEqual([
    400,
    'There is no message m99 of "main" in this session.',
  ]);
  const [status, message] = await refusal("/api/sessions/ffffffffffff/fork", {});
  expect(status).toBe(400);
  expect(message).toContain("ffffffffffff");
});
