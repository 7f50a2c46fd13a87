/** Children that stay, in the next process: what they come back with, and what becomes of those that cannot. */
import { expect, test } from "bun:test";
import type { BuildChild } from "../../agent/child.ts";
import { ConfigError } from "../../agent/error.ts";
import { Fleet } from "../../agent/fleet.ts";
import { Session } from "../../agent/session.ts";
import { agentSelfTool } from "../../tools/agent-self.ts";
import { must, scriptedModel, tempDir, virtualClock } from "../support/index.ts";
import { answered, lines } from "./agent-rig.ts";
import { link, sendTool, spawnTool } from "./fleet-rig.ts";

const named = (id: string) => scriptedModel([answered("ok")], { info: { id, wireId: id } });

/** A process of one session: its models are made by name, but those that are missing. */
async function run(dir: string, act: (fleet: Fleet, problems: readonly string[]) => Promise<void>, missing = "") {
  const clock = virtualClock();
  const exists = await Session.open(dir).catch(() => undefined);
  await using session = exists ?? (await Session.create(dir));
  const build: BuildChild = async ({ model = "big", system }, { options }, tools) => {
    if (model === missing) throw new ConfigError(`There is no key for ${model}.`);
    return { model: named(model), tools, system: system ?? options.system ?? "" };
  };
  await using fleet = new Fleet({ build, clock });
  const tools = exists ? [spawnTool, agentSelfTool] : [spawnTool, sendTool, agentSelfTool];
  const root = fleet.root({
    model: named("big"),
    clock,
    session,
    tools,
    cwd: "/w",
    resolveModel: async ({ model = "" }) => named(model),
  });
  const problems = await fleet.restore(root);
  await act(fleet, problems);
  await clock.advance(0);
}

const wish = { prompt: "go", persistent: true, notify: false };
const facts = (fleet: Fleet, label: string) => {
  const { model, settings, maxRounds, status } = fleet.report(label);
  return [model.model, settings.effort, maxRounds, status];
};

test("a child comes back as it was in the end: model, knobs, limits, words and children; tools that are gone are left out", async () => {
  using temp = tempDir();
  const dir = `${temp.path}/s`;
  await run(dir, async (fleet) => {
    await fleet.spawn(
      "main",
      { ...wish, label: "a", system: "Be bold.", settings: { effort: "high" }, maxRounds: 9 },
      link(),
    );
    await fleet.spawn("a", { ...wish, label: "deep", model: "tiny" }, link());
    await fleet.quiet();
    await fleet.tune("main", { model: "small", settings: { effort: "low" }, maxRounds: 3, status: "tuned" }, "a");
  });
  await run(dir, async (fleet, problems) => {
    expect([problems, fleet.living().map(({ path }) => path)]).toEqual([[], ["main", "main/a", "main/a/deep"]]);
    expect(facts(fleet, "a")).toEqual(["small", "low", 3, "tuned"]);
    expect(facts(fleet, "deep").slice(0, 2)).toEqual(["tiny", "high"]);
    expect(lines(must(fleet.get("a")).snapshot().messages)).toEqual(["user go", "assistant ok"]);
  });
});

test("one that cannot be made now is told of, and comes back once it can", async () => {
  using temp = tempDir();
  const dir = `${temp.path}/s`;
  await run(dir, async (fleet) => void (await fleet.spawn("main", { ...wish, label: "a", model: "other" }, link())));
  await run(
    dir,
    async (fleet, problems) => {
      expect(problems).toEqual(['"a" could not be brought back: There is no key for other.']);
      expect(fleet.living().map(({ label }) => label)).toEqual(["main"]);
    },
    "other",
  );
  await run(dir, async (fleet) => expect(facts(fleet, "a")[0]).toBe("other"));
});
