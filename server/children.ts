/** What a child of a run is made from: the model that it asks for and a prompt that says it is one. */
import type { BuildChild } from "../agent/child.ts";
import { type Surroundings, standardPrompt } from "../agent/prompt.ts";
import type { Models } from "./models.ts";

/** A child has a model object of its own, closed with it, so that one agent's call never waits for another's. */
export function childBuilder(models: Models, place: Surroundings): BuildChild {
  return async (request, parent, tools) => {
    const model = await models.forChild(request, parent.model.info);
    const extra = [request.system, childNote].filter((part) => part !== undefined).join("\n\n");
    const system = request.hot ? (parent.options.system ?? "") : standardPrompt(place, model.info, tools, extra);
    return { model, tools, system, resources: [model] };
  };
}

const childNote =
  "You were started by another agent, which gave you your task and reads your last reply. You cannot ask the user. End with what you found or did, complete and short.";
