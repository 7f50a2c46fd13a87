/** A custom tool and a scripted model: runs with no network, no account and no key. */
import { Agent, defineTool } from "sagent";
import { scriptedModel } from "sagent/testing";
import { z } from "zod";

const weather = defineTool({
  name: "Weather",
  description: "Tells the weather of a city.",
  schema: z.object({ city: z.string() }),
  label: ({ city }) => `Weather in ${city}`,
  run: ({ city }) => `${city}: 18 °C, light rain`,
});

const model = scriptedModel([
  { parts: [{ call: "Weather", args: { city: "Oslo" } }] },
  { parts: [{ text: "Take an umbrella: it rains in Oslo." }] },
]);

await using agent = new Agent({ model, tools: [weather] });
const run = agent.run("Do I need an umbrella in Oslo?");
for await (const event of run) {
  if (event.type === "toolStarted") process.stdout.write(`• ${event.label}\n`);
}
process.stdout.write(`${(await run).content}\n`);
