/** What a child of a run is made from: the model that it asks for and a prompt that says it is one. */
import type { BuildChild } from "../agent/child.ts";
import { childPrompt, type Surroundings } from "../agent/prompt.ts";
import type { Models } from "./models.ts";

/** A child has a model object of its own, closed with it, so that one agent's call never waits for another's. */
export function childBuilder(models: Models, place: Surroundings): BuildChild {
  return async (request, parent, tools) => {
    const model = await models.resolve(request, parent.model.info);
    const system = request.hot ? (parent.options.system ?? "") : childPrompt(place, model.info, tools, request.system);
    return { model, tools, system, resources: [model] };
  };
}
