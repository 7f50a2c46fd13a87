/** A map-reduce over files: a child for each, side by side, that can do no more than read; the parent adds up their answers. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fleet } from "sagent";
import { type ScriptedStep, scriptedModel } from "sagent/testing";
import { selectTools } from "sagent/tools";

const dir = await mkdtemp(join(tmpdir(), "sagent-map-reduce-"));
await writeFile(join(dir, "a.ts"), "// TODO: name it\nexport const a = 1;\n");
await writeFile(join(dir, "b.ts"), "export const b = 2;\n");
await writeFile(join(dir, "c.ts"), "// TODO: test it\n// TODO: document it\nexport const c = 3;\n");
const files = (await readdir(dir)).sort();

/** What a model would do with the text it has read. */
const countTodos: ScriptedStep = ({ messages }) => {
  const [task, , result] = messages;
  if (task?.type !== "user") throw new Error("There is no task.");
  if (result?.type !== "toolResult") return { parts: [{ call: "Read", args: { file_path: task.text } }] };
  return { parts: [{ text: `${task.text}: ${result.text.split("TODO").length - 1}` }] };
};

const parent = scriptedModel([
  {
    parts: files.map((file) => ({
      call: "AgentSpawn",
      args: { label: `count-${file}`, prompt: file, tools: ["Read"], maxDepth: 0 },
    })),
  },
  ({ messages }) => {
    const counts = messages.flatMap((message) => (message.type === "toolResult" ? [message.text] : []));
    const total = counts.reduce((sum, count) => sum + Number(count.split(": ")[1]), 0);
    return { parts: [{ text: `${counts.sort().join("\n")}\nThat makes ${total} in all.` }] };
  },
]);

await using fleet = new Fleet({
  build: async (_request, _parent, tools) => ({ model: scriptedModel(countTodos), tools, system: "Count the TODOs." }),
});
const agent = fleet.root({ model: parent, tools: selectTools(["AgentSpawn", "Read"]), cwd: dir });
const { content } = await agent.run("How many TODOs are there?");
process.stdout.write(`${content}\n`);
process.stdout.write(`${fleet.shares().length} agents worked on it.\n`);
await rm(dir, { recursive: true });
