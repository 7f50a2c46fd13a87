/** A tool from a plain function: the schema types its argument, a returned text is the result, a thrown error a failure. */
import { Agent, defineTool } from "sagent";
import { scriptedModel } from "sagent/testing";
import { z } from "zod";

const args = z.object({ numbers: z.array(z.number()).min(1) });

function average({ numbers }: z.output<typeof args>): string {
  return String(numbers.reduce((sum, each) => sum + each, 0) / numbers.length);
}

const model = scriptedModel([
  { parts: [{ call: "Average", args: { numbers: [3, 4, 8] } }] },
  { parts: [{ text: "The average is 5." }] },
]);

await using agent = new Agent({
  model,
  tools: [defineTool({ name: "Average", description: "Averages numbers.", schema: args, run: average })],
});
process.stdout.write(`${(await agent.run("What is the average of 3, 4 and 8?")).content}\n`);
