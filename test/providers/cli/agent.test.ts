/** Vendors' programs under the real runtime: it runs the tools, changes models in between, and goes on after a restart. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Agent } from "../../../agent/agent.ts";
import type { AgentEvent } from "../../../agent/event.ts";
import { defineTool } from "../../../agent/tool.ts";
import { chooseProvider, createProvider } from "../../../providers/registry.ts";
import { freshHome } from "../../server/program.ts";
import { readNotes } from "../../support/fake-cli.ts";
import { scriptedModel } from "../../support/scripted-model.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";
import { call, claude, cliRig, codex, fakeEnv, gemini, isAlive, subjects } from "./rig.ts";

/** A tool that works for as long as the test says, and what it did. */
function slowBash() {
  const ran: string[] = [];
  const gate = Promise.withResolvers<void>();
  const tool = defineTool({
    name: "Bash",
    description: "Runs a command.",
    schema: z.object({ command: z.string() }),
    async run({ command }) {
      ran.push(command);
      if (command === "slow") await gate.promise;
      return { text: `ran ${command}` };
    },
  });
  return { tool, ran, open: () => gate.resolve() };
}

for (const subject of subjects) {
  test(`${subject.name}: the runtime runs the tools; a message in between leaves a slow one to go on by itself`, async () => {
    const rounds = [{ text: "On it.", calls: [call("slow")] }, { text: "It runs." }, { text: "All done." }];
    const late = subject.steers ? [] : [{ text: "Heard you." }];
    await using rig = await cliRig(subject, { rounds: [...rounds.slice(0, 2), ...late, ...rounds.slice(2)] });
    const { tool, ran, open } = slowBash();
    await using agent = new Agent({ model: rig.model, tools: [tool], cwd: "/tmp", system: "Be brief." });
    const events: AgentEvent[] = [];
    agent.subscribe((event) => events.push(event));
    const run = agent.run("Go.");
    await until(() => ran.length === 1);
    agent.send({ type: "prompt", text: "And?", policy: "now" });
    await until(() => rig.notes().some(({ words }) => String(words).includes("And?")));
    open();
    expect((await run).content).toBe("All done.");
    const told = rig.words().map(String);
    expect(told.at(-1)).toContain('<tool-notice call="c1" tool="Bash" status="finished">\nran slow\n</tool-notice>');
    expect(rig.notes().filter(({ type }) => type === "started")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "error" || type === "retry")).toEqual([]);
  });
}

test("a conversation goes from one program to another model and on to another program, with its tools", async () => {
  await using first = await cliRig(claude, { rounds: [{ calls: [call("one")] }, { text: "Mine." }] });
  await using last = await cliRig(codex, { rounds: [{ calls: [call("two")] }, { text: "I know it all." }] });
  const middle = scriptedModel([{ parts: [{ text: "Between." }] }]);
  const { tool, ran } = slowBash();
  const models = new Map([
    ["middle", middle],
    ["last", last.model],
  ] as const);
  await using agent = new Agent({
    ...{ model: first.model, tools: [tool], cwd: "/tmp", system: "Be brief." },
    resolveModel: async ({ model = "" }) => models.get(model as "last") ?? first.model,
  });
  await agent.run("Start.");
  agent.send({ type: "switch", model: "middle" });
  await agent.run("Go on.");
  agent.send({ type: "switch", model: "last" });
  expect((await agent.run("What was it?")).content).toBe("I know it all.");
  expect(ran).toEqual(["one", "two"]);
  const [told] = last.words().map(String);
  for (const part of ['"command":"one"', "ran one", "Mine.", "Between."]) expect(told).toContain(part);
  expect(told).toEndWith("What was it?");
});

test("the program as a user starts it: answers, and goes on with a session of yesterday", async () => {
  using home = freshHome();
  using script = tempDir();
  await Bun.write(`${home.project}/a.txt`, "The word is plum.\n");
  const read = { name: "Read", args: { file_path: `${home.project}/a.txt` } };
  const rounds = [{ calls: [read] }, { text: "Plum." }, { text: "As I said." }];
  await Bun.write(`${script.path}/script.json`, JSON.stringify({ rounds }));
  const { HOME: _, ...env } = fakeEnv(claude, script.path);
  const ask = (...args: string[]) => home.run([...args, "--output-format", "json"], { env });
  const first = await ask("--provider", "claude-cli", "-p", "Read a.txt.");
  const { content, costUsd, sessionId } = JSON.parse(first.stdout);
  expect([first.code, content, costUsd]).toEqual([0, "Plum.", 0]);
  const second = await ask("--resume", sessionId, "-p", "Again?");
  expect([second.code, JSON.parse(second.stdout).content]).toEqual([0, "As I said."]);
  const notes = readNotes(script.path);
  expect(String(notes.findLast(({ type }) => type === "heard")?.words)).toContain("The word is plum.");
  for (const { pid } of notes) await until(() => !isAlive(pid));
});

test("any ACP agent is driven by its command, and told the system prompt in front", async () => {
  const agent = { ...gemini, name: "acp-cli" };
  await using rig = await cliRig(agent, { rounds: [{ calls: [call("one")] }, { text: "Done." }] });
  rig.user("Go.");
  expect(await rig.ask()).toMatchObject({ stopReason: "toolUse" });
  rig.results();
  expect(await rig.ask()).toMatchObject({ parts: [{ type: "text", text: "Done." }] });
  expect(rig.words()).toEqual(["Be brief.\nGo."]);
  const { provider } = await cliRig(agent, { rounds: [] }, { env: { SAGENT_ACP_COMMAND: "" } }).catch((error) => ({
    provider: error,
  }));
  expect(provider).toMatchObject({
    code: "config",
    message: "The ACP agent has no program: SAGENT_ACP_COMMAND is not set.",
  });
});

test("a program is chosen by its name only, and kept for the models that it has", async () => {
  const env = { PATH: "", ANTHROPIC_API_KEY: "k" };
  expect(chooseProvider({ env, provider: "Claude-CLI", model: "opus" })).toBe("claude-cli");
  expect(chooseProvider({ env, model: "opus" })).toBe("anthropic");
  expect(chooseProvider({ env, model: "sonnet", current: "claude-cli" })).toBe("claude-cli");
  expect(chooseProvider({ env, model: "sol-6.0", current: "claude-cli" })).toBe("openai");
  await using provider = await createProvider("codex-cli", { env });
  expect(provider.name).toBe("codex-cli");
  await expect(provider.model()).rejects.toMatchObject({ code: "config" });
});
