/** Advisor: another model to ask, without tools. */
import { z } from "zod";
import { defineTool, type Tool } from "../agent/tool.ts";
import description from "./advisor.md" with { type: "text" };
import { withFleet } from "./fleet.ts";
import { failure, oneLine, plural } from "./output.ts";

const schema = z.strictObject({ prompt: z.string().min(1) });

export interface AdvisorOptions {
  readonly model: string;
  readonly provider?: string;
  /** Questions that all agents with this tool may ask together; 3 by default. */
  readonly maxUses?: number;
}

const system = "You advise another agent. Say what to do and why, short and definite; name what you are unsure of.";

/** Makes the tool. It asks a child of the agent that calls, so what it costs is the tree's. */
export function advisorTool({ model, provider, maxUses = 3 }: AdvisorOptions): Tool<z.output<typeof schema>> {
  let uses = 0;
  return defineTool({
    name: "Advisor",
    description: description.trim(),
    schema,
    label: ({ prompt }) => `Ask ${oneLine(model, 64)}: "${oneLine(prompt, 80)}"`,
    run: ({ prompt }, context) =>
      withFleet(context, (fleet) => {
        if (uses >= maxUses)
          return failure(`The advisor has been asked ${plural(maxUses, "time")}, as often as it may.`);
        uses += 1;
        const chosen = { model, ...(provider === undefined ? {} : { provider }) };
        const label = `${fleet.self}-advisor`.slice(-64);
        return fleet.spawn({ prompt, label, system, tools: [], maxRounds: 1, maxDepth: 0, ...chosen }, context);
      }),
  });
}
