/** The tools of a conversation that another process goes on with: its next request begins to the byte as its last one did. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Fleet } from "../../agent/fleet.ts";
import { Session } from "../../agent/session.ts";
import { defineTool, shelved } from "../../agent/tool.ts";
import { toolSearchTool } from "../../tools/tool-search.ts";
import { must, type ScriptedStep, scriptedModel, tempDir } from "../support/index.ts";
import { agentRig, answered } from "./agent-rig.ts";
import { link } from "./fleet-rig.ts";

const plain = (name: string, description = name) =>
  defineTool({ name, description, schema: z.strictObject({}), run: () => `${name} ran` });
const shelf = ["Alpha", "Beta", "Gamma", "Delta"].map((name) => shelved(plain(name)));
const tools = [plain("Read"), toolSearchTool(shelf.map(({ name }) => name))];

const search = (query: string): ScriptedStep => ({ parts: [{ call: "ToolSearch", args: { query } }] });
const specs = ({ requests }: ReturnType<typeof scriptedModel>) =>
  requests.map(({ system, tools }) => JSON.stringify([system, tools]));

test("tools that were found are offered again after a resume, called or not, in the order in which they were taken", async () => {
  using temp = tempDir();
  const dir = `${temp.path}/s`;
  const first = async () => {
    await using session = await Session.create(dir);
    const steps = [
      search("Delta"),
      { parts: [{ call: "Gamma", args: {} }] },
      search("Beta Alpha"),
      { parts: [{ call: "Alpha", args: {} }] },
      answered("Done."),
    ];
    await using rig = agentRig(steps, { session, tools, shelf });
    await rig.agent.run("Look around.");
    return specs(rig.model).at(-1);
  };
  const last = await first();
  await using session = await Session.open(dir);
  await using rig = agentRig([answered("Again.")], { session, tools, shelf });
  await rig.agent.run("And now?");
  expect(specs(rig.model)).toEqual([must(last)]);
  expect(rig.model.requests[0]?.tools.map(({ name }) => name).join(" ")).toBe("Read ToolSearch Delta Gamma Alpha Beta");
});

test("a child that stays comes back with the tools that it had, and with its shelf", async () => {
  using temp = tempDir();
  const dir = `${temp.path}/s`;
  const grown = scriptedModel([search("Delta Beta"), answered("ok"), search("Gamma"), answered("ok")]);
  const open = async (session: Session) => {
    const fleet = new Fleet({
      build: async (_request, { options }, tools) => ({ model: grown, tools, system: options.system ?? "" }),
    });
    const root = fleet.root({ model: scriptedModel([search("Alpha"), answered("ok")]), session, tools, shelf });
    return { fleet, root };
  };
  const before = async () => {
    await using session = await Session.create(dir);
    const { fleet, root } = await open(session);
    await using _ = fleet;
    await root.run("Find Alpha.");
    await fleet.spawn("main", { prompt: "go", persistent: true, notify: false, label: "a" }, link());
    await fleet.quiet();
  };
  await before();
  await using session = await Session.open(dir);
  const { fleet, root } = await open(session);
  await using _ = fleet;
  expect(await fleet.restore(root)).toEqual([]);
  await must(fleet.get("a")).run("Go on.");
  const told = grown.requests.map(({ tools }) => tools.map(({ name }) => name).join(" "));
  expect(told.slice(1)).toEqual([
    "Read ToolSearch Alpha Beta Delta",
    "Read ToolSearch Alpha Beta Delta",
    "Read ToolSearch Alpha Beta Delta Gamma",
  ]);
});
