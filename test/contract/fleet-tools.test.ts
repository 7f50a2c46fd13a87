import { afterAll } from "bun:test";
import { inheritParts } from "../../agent/child.ts";
import { Fleet } from "../../agent/fleet.ts";
import { Jobs } from "../../agent/jobs.ts";
import { portOf } from "../../agent/member.ts";
import type { ToolContext } from "../../agent/tool.ts";
import { advisorTool } from "../../tools/advisor.ts";
import { agentSelfTool } from "../../tools/agent-self.ts";
import { agentSendTool } from "../../tools/agent-send.ts";
import { agentSpawnTool } from "../../tools/agent-spawn.ts";
import { jobTool } from "../../tools/job.ts";
import { scriptedModel, virtualClock } from "../support/index.ts";
import { toolContract } from "./tool.ts";

const hostile = "no such\n\u001b[31magent";
const prepare = () => {};
const fleets = new AsyncDisposableStack();
afterAll(() => fleets.disposeAsync());

function inFleet(): Partial<ToolContext> {
  const clock = virtualClock();
  const fleet = new Fleet({
    clock,
    catalog: async (kind) => `all ${kind}`,
    build: ({ model: _m, provider: _p, auth: _a, ...request }, parent, tools) => inheritParts(request, parent, tools),
  });
  fleets.use(fleet);
  fleet.root({ model: scriptedModel({ parts: [{ text: "Done." }] }), clock, cwd: "/w", tools: [agentSpawnTool] });
  return { clock, agent: "main", fleet: portOf(fleet, "main") };
}

toolContract(agentSpawnTool, {
  prepare,
  context: inFleet,
  works: [
    { prompt: "Go." },
    { prompt: "Go.", label: "worker", persistent: true, notify: false, tools: ["AgentSpawn"], maxDepth: 0 },
    { prompt: "Go.", auth: "env", modelOptions: { effort: "low", thinking: "off" }, maxRounds: 1, context: "fork" },
  ],
  fails: [
    { prompt: "Go.", label: hostile },
    { prompt: "Go.", tools: ["Nothing"] },
    { prompt: "Go.", hot: true, system: "Be short." },
    // No part of this fleet makes worktrees.
    { prompt: "Go.", isolation: "worktree" },
  ],
  refused: [
    {},
    { prompt: "" },
    { prompt: "Go.", tools: "AgentSpawn" },
    { prompt: "Go.", tools: null },
    { prompt: "Go.", auth: "key" },
    { prompt: "Go.", maxRounds: 0 },
    { prompt: "Go.", maxDepth: -1 },
    { prompt: "Go.", maxBudgetUsd: -1 },
    { prompt: "Go.", modelOptions: { effort: "huge" } },
    { prompt: "Go.", modelOptions: { thinkingBudget: "auto" } },
    { prompt: "Go.", context: "both" },
    { prompt: "Go.", isolation: "container" },
  ],
});

toolContract(agentSendTool, {
  prepare,
  context: inFleet,
  works: [
    { to: "main", content: "Hello." },
    { to: "main", content: "Hello.", delay: 5, urgent: true },
  ],
  fails: [
    { to: hostile, content: hostile },
    { to: "/(/", content: "Hello." },
    { to: "none-*", content: "Hello.", delay: 1 },
  ],
  refused: [{}, { to: "main" }, { to: "", content: "a" }, { to: "main", content: "a", delay: -1 }],
});

toolContract(agentSelfTool, {
  prepare,
  context: inFleet,
  works: [
    { status: "at work" },
    { target: "main", modelOptions: { effort: "high" }, maxRounds: 3, maxResponseTokens: 100 },
    { context: "clear", note: "Go on." },
    { diagnostics: true },
    { catalog: "models", catalogProvider: "openai" },
  ],
  fails: [
    {},
    { target: hostile, status: "a" },
    { model: "other" },
    { context: "drop", drop: ["Read"] },
    { catalogProvider: "openai" },
  ],
  refused: [
    { status: "" },
    { maxRounds: 0 },
    { maxResponseTokens: 1.5 },
    { context: "forget" },
    { drop: "Read" },
    { catalog: "tools" },
    { diagnostics: "yes" },
  ],
});

toolContract(jobTool, {
  prepare,
  context: () => {
    const jobs = new Jobs({ clock: virtualClock(), isBackground: () => true, command: () => {} });
    jobs.add("c7", "Bash", "Bash make");
    return { jobs };
  },
  works: [
    { operation: "list" },
    { operation: "output", id: "c7" },
    { operation: "cancel", id: "c7" },
    { operation: "foreground", id: "c7" },
  ],
  fails: [{ operation: "output" }, { operation: "cancel", id: "c1" }, { operation: "foreground", id: hostile }],
  refused: [{}, { operation: "stop" }, { operation: "output", id: 7 }],
});

toolContract(advisorTool({ model: "other" }), {
  prepare,
  context: inFleet,
  works: [{ prompt: "What now?" }],
  fails: [],
  refused: [{}, { prompt: "" }],
});
