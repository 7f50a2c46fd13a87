/** A ring of peers: each passes a token on to the next with AgentSend, until it has been round twice. Nobody is in charge. */
import { Fleet } from "sagent";
import { type ScriptedStep, scriptedModel } from "sagent/testing";
import { selectTools } from "sagent/tools";

const peers = ["ann", "bob", "eve"];
const laps = 2;

/** Adds one to the number that came, and passes it on. */
function passTo(next: string): ScriptedStep {
  return ({ messages }) => {
    const last = messages.at(-1);
    if (last?.type === "toolResult") return { parts: [{ text: "I passed it on." }] };
    if (last?.type !== "peer") return { parts: [{ text: "I am ready." }] };
    const count = Number(last.text) + 1;
    if (count > peers.length * laps) return { parts: [{ text: "It has been round." }] };
    return { parts: [{ call: "AgentSend", args: { to: next, content: String(count) } }] };
  };
}

await using fleet = new Fleet({
  build: async ({ label = "" }, _parent, tools) => {
    const next = peers[(peers.indexOf(label) + 1) % peers.length] ?? "";
    return { model: scriptedModel(passTo(next)), tools, system: "" };
  },
});
fleet.subscribe(({ agent, ...event }) => {
  if (event.type !== "message" || event.message.type !== "peer") return;
  process.stdout.write(`${event.message.from} → ${agent}: ${event.message.text}\n`);
});

const starter = scriptedModel([
  {
    parts: peers.map((label) => ({
      call: "AgentSpawn",
      args: { label, prompt: "Pass on what you get.", persistent: true, notify: false, tools: ["AgentSend"] },
    })),
  },
  { parts: [{ call: "AgentSend", args: { to: "ann", content: "1" } }] },
  { parts: [{ text: "The token is on its way." }] },
]);
const agent = fleet.root({ model: starter, tools: selectTools(["AgentSpawn", "AgentSend"]), label: "starter" });
agent.send({ type: "prompt", text: "Start the ring." });
await fleet.quiet();
process.stdout.write("The ring is quiet.\n");
