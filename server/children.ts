/** What a child of a run is made from: the model that it asks for and a prompt that says it is one. */
import type { BuildChild } from "../agent/child.ts";
import { type Surroundings, standardPrompt } from "../agent/prompt.ts";
import type { AnyTool } from "../agent/tool.ts";
import type { Models } from "./models.ts";

/** A child has a model object of its own, closed with it, so that one agent's call never waits for another's. */
export function childBuilder(models: Models, place: Surroundings): BuildChild {
  return async (request, parent, tools) => {
    const model = await models.forChild(request, parent.model.info);
    const extra = [request.system, childNote(tools)].filter((part) => part !== undefined).join("\n\n");
    const system = request.hot ? (parent.options.system ?? "") : standardPrompt(place, model.info, tools, extra);
    return { model, tools, system, resources: [model] };
  };
}

function childNote(tools: readonly AnyTool[]): string {
  const asking = tools.some(({ name }) => name === "Ask")
    ? "The user can be asked only with Ask."
    : "You cannot ask the user.";
  return `You were started by another agent, which gave you your task and reads your last reply. ${asking} End with what you found or did, complete and short.`;
}
