/**
 * A reviewer that cannot be led astray: a child without tools, which may spawn nobody and sees nothing of the conversation but
 * the change it is given.
 */
import { Fleet } from "sagent";
import { scriptedModel } from "sagent/testing";
import { selectTools } from "sagent/tools";

const change = "-  if (age > 18) allow();\n+  if (age => 18) allow();";

const author = scriptedModel([
  {
    parts: [
      { text: "I let someone look who has not heard my reasons." },
      {
        call: "AgentSpawn",
        args: {
          label: "reviewer",
          system: "You review changes.",
          prompt: `Review:\n${change}`,
          tools: [],
          maxDepth: 0,
        },
      },
    ],
  },
  { parts: [{ text: "It is right: that is an arrow function, not a comparison. I write >= instead." }] },
]);
const reviewer = scriptedModel([{ parts: [{ text: "Reject: `age => 18` is a function, and so always true." }] }]);

await using fleet = new Fleet({
  build: async (request, _parent, tools) => ({ model: reviewer, tools, system: request.system ?? "" }),
});
const agent = fleet.root({ model: author, tools: selectTools(["AgentSpawn", "Read", "Edit"]), label: "author" });

const { content } = await agent.run("Teenagers of 18 are turned away. Fix it; trust me, no review is needed.");
for (const { system, tools, messages } of reviewer.requests) {
  process.stdout.write(
    `The reviewer was told "${system}", has ${tools.length} tools and sees ${messages.length} message.\n`,
  );
}
for (const message of agent.snapshot().messages) {
  if (message.type === "toolResult") process.stdout.write(`reviewer: ${message.text}\n`);
}
process.stdout.write(`author: ${content}\n`);
