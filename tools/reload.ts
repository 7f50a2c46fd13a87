/** Reload: an agent has what it wrote for itself taken up. */
import { z } from "zod";
import { toErrorInfo } from "../agent/error.ts";
import { defineTool } from "../agent/tool.ts";
import { failure } from "./output.ts";
import description from "./reload.md" with { type: "text" };

/** `reload` reads all of it again and resolves to what there is now, in sentences. */
export function reloadTool(reload: () => Promise<string>) {
  return defineTool({
    name: "Reload",
    description,
    schema: z.strictObject({}),
    background: false,
    label: () => "Reload plug-ins, skills, commands, hooks, instructions",
    async run(_, { signal }) {
      if (signal.aborted) return failure("The call was stopped.");
      try {
        return await reload();
      } catch (error) {
        return failure(toErrorInfo(error).message);
      }
    },
  });
}
