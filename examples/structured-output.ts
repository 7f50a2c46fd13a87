/** An answer as a value: the first one does not fit the schema, and the model is told so. No network, no account, no key. */
import { Agent } from "sagent";
import { scriptedModel } from "sagent/testing";
import { z } from "zod";

const output = z.object({ city: z.string(), rains: z.boolean(), celsius: z.number().min(-90).max(60) });

const model = scriptedModel([
  { parts: [{ text: '{ "city": "Oslo", "rains": true }' }] },
  { parts: [{ text: '{ "city": "Oslo", "rains": true, "celsius": 18 }' }] },
]);

await using agent = new Agent({ model });
const { output: weather, error } = await agent.run({ prompt: "How is the weather in Oslo?", output });
process.stdout.write(
  weather ? `${weather.city}: ${weather.celsius} °C${weather.rains ? ", rain" : ""}\n` : `${error?.message}\n`,
);
