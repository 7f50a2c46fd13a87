/**
 * A coordinator retunes its workers once the hard part is done: a cheaper model, less effort, and without the file that they
 * no longer need. It uses AgentSelf with a `target`; what it changes holds from a worker's next call on.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fleet } from "sagent";
import { type ScriptedStep, scriptedModel } from "sagent/testing";
import { selectTools } from "sagent/tools";

const dir = await mkdtemp(join(tmpdir(), "sagent-coordinator-"));
await writeFile(join(dir, "spec.md"), "A long specification.\n".repeat(100));
const workers = ["parser", "printer"];

/** Each worker reads the specification and designs; later it does what it is told. */
const work: ScriptedStep = ({ messages }) => {
  const last = messages.at(-1);
  if (messages.length === 1) return { parts: [{ call: "Read", args: { file_path: "spec.md" } }] };
  return { parts: [{ text: last?.type === "toolResult" ? "The design is done." : "The tests are written." }] };
};
const worker = (id: string) => scriptedModel(work, { info: { id, wireId: id } });

const coordinator = scriptedModel([
  {
    parts: workers.map((label) => ({
      call: "AgentSpawn",
      args: {
        label,
        prompt: `Design the ${label}.`,
        persistent: true,
        notify: false,
        modelOptions: { effort: "high" },
      },
    })),
  },
  { parts: [{ text: "Both are designing." }] },
  {
    parts: workers.map((target) => ({
      call: "AgentSelf",
      args: { target, model: "small", modelOptions: { effort: "low" }, context: "drop", drop: ["spec.md"] },
    })),
  },
  { parts: [{ call: "AgentSend", args: { to: "p*er", content: "Now the tests." } }] },
  { parts: [{ text: "The rest is cheap work." }] },
]);

await using fleet = new Fleet({
  build: async (_request, _parent, tools) => ({ model: worker("large"), tools, system: "" }),
});
const agent = fleet.root({
  model: coordinator,
  tools: selectTools(["AgentSpawn", "AgentSend", "AgentSelf", "Read"]),
  label: "coordinator",
  cwd: dir,
  resolveModel: async ({ model = "large" }) => worker(model),
});

/** What the workers said since the last look. They work side by side, so in no particular order. */
let said: string[] = [];

function show(when: string): void {
  process.stdout.write(said.sort().join(""));
  said = [];
  process.stdout.write(`${when}\n`);
  for (const { label, model, settings, contextTokens } of fleet.living()) {
    if (label === "coordinator") continue;
    const size = contextTokens.toolResults > 100 ? "with the file" : "without the file";
    process.stdout.write(`  ${label}: ${model.model}, effort ${settings.effort}, ${size}\n`);
  }
}

fleet.subscribe((event) => {
  if (event.type !== "message" || event.message.type !== "assistant" || event.agent === "coordinator") return;
  const { origin, parts } = event.message;
  for (const part of parts) {
    if (part.type === "text") said.push(`${event.agent} (${origin.model}): ${part.text}\n`);
  }
});

agent.send({ type: "prompt", text: "Get the parser and the printer done." });
await fleet.quiet();
show("Before:");
agent.send({ type: "prompt", text: "Go on." });
await fleet.quiet();
show("After:");
await rm(dir, { recursive: true });
