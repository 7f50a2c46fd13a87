/** AgentSend: says something to other agents, now or later. */
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import description from "./agent-send.md" with { type: "text" };
import { withFleet } from "./fleet.ts";
import { oneLine } from "./output.ts";

const schema = z.strictObject({
  to: z.string().min(1),
  content: z.string().min(1),
  delay: z.number().min(0).optional().describe("Seconds"),
  urgent: z.boolean().optional(),
});

export const agentSendTool = defineTool({
  name: "AgentSend",
  description: description.trim(),
  schema,
  background: false,
  label: ({ to, content }) => `Send ${oneLine(to, 64)}: "${oneLine(content, 80)}"`,
  run,
});

function run(args: z.output<typeof schema>, context: ToolContext): Promise<ToolOutput> {
  const { to, content, delay = 0, urgent = false } = args;
  return withFleet(context, (fleet) => {
    const receivers = fleet.send({ to, content, urgent, delaySec: delay });
    const said = delay > 0 ? `It will be sent in ${delay} s to` : "Sent to";
    const self = receivers.includes(fleet.self) ? " That is you: it comes into this conversation." : "";
    return { text: `${said} ${receivers.join(", ")}.${self}` };
  });
}
