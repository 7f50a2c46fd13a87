import { expect, test } from "bun:test";
import type { Answer, Ask } from "../../../agent/ask.ts";
import { AbortedError } from "../../../agent/error.ts";
import type { FleetPort, SpawnRequest } from "../../../agent/fleet-port.ts";
import { stdioRig } from "./rig.ts";

/** A person who answers in this order; their questions are kept. */
function person(...answers: readonly (Answer | string)[]) {
  const asked: Ask[] = [];
  const rest = [...answers];
  const ask = async (question: Ask): Promise<Answer> => {
    asked.push(question);
    const next = rest.shift();
    if (next === undefined) throw new AbortedError();
    return typeof next === "string" ? { type: "choice", labels: [next] } : next;
  };
  return { asked, ask };
}

const textsOf = (asked: readonly Ask[]) => asked.map(({ text }) => text);

test("a form is filled field by field, and a value that does not fit is asked for again", async () => {
  await using rig = stdioRig();
  const { asked, ask } = person(
    "Answer",
    { type: "text", text: "J" },
    { type: "text", text: "Jo" },
    "large",
    { type: "text", text: "many" },
    { type: "text", text: "7" },
    "Leave it out",
  );
  const { text } = await rig.call("ask", {}, { ask });
  expect(JSON.parse(text)).toEqual({
    action: "accept",
    content: { name: "Jo", size: "large", count: 7, loud: false },
  });
  expect(textsOf(asked)).toEqual([
    'The MCP server "fake" asks: Who are you?',
    'The MCP server "fake": name, Your name',
    'The MCP server "fake": name, Your name (must NOT have fewer than 2 characters)',
    'The MCP server "fake": size',
    'The MCP server "fake": count',
    'The MCP server "fake": count (must be integer)',
    'The MCP server "fake": loud',
  ]);
  expect(asked[4]).toEqual({
    type: "question",
    text: 'The MCP server "fake": count',
    choices: [{ label: "Leave it out", detail: "Then it is 3" }],
    allowText: true,
    multiple: false,
  });
});

test("a form is declined by the person, by nobody being there, and cancelled with its call", async () => {
  await using rig = stdioRig();
  const action = async (context: Parameters<typeof rig.call>[2]) =>
    JSON.parse((await rig.call("ask", {}, context)).text).action;
  expect(await action({})).toBe("decline");
  expect(await action({ ask: person("Decline").ask })).toBe("decline");
  expect(await action({ ask: person("Answer").ask })).toBe("cancel");
});

test("an address is shown to the person whole, and never opened by us", async () => {
  await using rig = stdioRig();
  const { asked, ask } = person({ type: "allow", scope: "once" });
  expect((await rig.call("visit", {}, { ask })).text).toBe('{"action":"accept"}');
  expect(asked).toEqual([
    {
      type: "permission",
      tool: 'The MCP server "fake"',
      text: 'The MCP server "fake" wants you to open an address yourself: Please pay',
      url: "https://example.com/pay?order=1",
      scopes: ["once"],
    },
  ]);
  expect((await rig.call("visit", {}, { ask: person({ type: "deny" }).ask })).text).toBe('{"action":"decline"}');
});

/** A fleet whose children repeat what they are asked. */
function parrots() {
  const spawned: SpawnRequest[] = [];
  const fleet = {
    self: "main",
    report: () => ({ model: { provider: "test", model: "parrot" } }),
    async spawn(request: SpawnRequest) {
      spawned.push(request);
      return { text: `You said: ${request.prompt}` };
    },
  };
  return { spawned, fleet: fleet as unknown as FleetPort };
}

test("a server asks the model through a child of the agent, once the person has said yes", async () => {
  await using rig = stdioRig();
  const { spawned, fleet } = parrots();
  const { asked, ask } = person({ type: "allow", scope: "session" });
  const { text } = await rig.call("think", { text: "What is 1 + 1?" }, { ask, fleet });
  expect(JSON.parse(text)).toEqual({
    role: "assistant",
    content: { type: "text", text: "You said: What is 1 + 1?" },
    model: "parrot",
    stopReason: "endTurn",
  });
  expect(textsOf(asked)).toEqual(['The MCP server "fake" wants to ask the model, at your cost: What is 1 + 1?']);
  expect(spawned).toEqual([
    {
      prompt: "What is 1 + 1?",
      label: "main-fake",
      system: "You answer a question of a program that you have no other part in. Answer it and nothing else.",
      tools: [],
      maxRounds: 1,
      maxDepth: 0,
    },
  ]);
  // Allowed for the session: nobody is asked again.
  expect((await rig.call("think", { text: "And 2 + 2?" }, { ask, fleet })).text).toContain("You said");
});

test("the model is not asked where nobody allows it, and without a question where the configuration does", async () => {
  const { fleet, spawned } = parrots();
  const answer = async (entry: Record<string, unknown>, ask?: (ask: Ask) => Promise<Answer>) => {
    await using rig = stdioRig([], {}, entry);
    return (await rig.call("think", { text: "Hello" }, { fleet, ...(ask ? { ask } : {}) })).text;
  };
  expect(await answer({})).toContain("nobody is there to allow it; the configuration may, by its key sampling");
  expect(await answer({}, person({ type: "deny" }).ask)).toContain("the person said no");
  expect(await answer({ sampling: "deny" })).toContain("the person's configuration does not let it ask the model");
  expect(spawned).toEqual([]);
  expect(await answer({ sampling: "allow" })).toContain("You said: Hello");
});

test("a server is told where we work", async () => {
  await using rig = stdioRig();
  const { roots } = JSON.parse((await rig.call("roots")).text);
  expect(roots).toEqual([{ uri: `file://${rig.dir.path}`, name: rig.dir.path.split("/").at(-1) }]);
});
