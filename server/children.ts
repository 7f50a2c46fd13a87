/** What the agents of a run are made from: the standard prompt, and for a child the model that it asks for. */
import type { BuildChild } from "../agent/child.ts";
import type { ModelInfo } from "../agent/model.ts";
import { assemblePrompt } from "../agent/prompt.ts";
import { type AnyTool, toolSpec } from "../agent/tool.ts";
import type { Models } from "./models.ts";

/** What all agents of a run are told of where they are. */
export interface Surroundings {
  readonly cwd: string;
  /** ISO date, to the day. */
  readonly date: string;
  /** What AGENTS.md files say. */
  readonly instructions: string;
}

export function promptFor(
  place: Surroundings,
  model: ModelInfo,
  tools: readonly AnyTool[],
  extra: string | undefined,
): string {
  return assemblePrompt({
    cwd: place.cwd,
    platform: process.platform,
    date: place.date,
    model,
    tools: tools.map(toolSpec),
    instructions: place.instructions,
    ...(extra === undefined ? {} : { extra }),
  });
}

/** A child has a model object of its own, closed with it, so that one agent's call never waits for another's. */
export function childBuilder(models: Models, place: Surroundings): BuildChild {
  return async (request, parent, tools) => {
    const model = await models.forChild(request, parent.model.info);
    const extra = [request.system, childNote].filter((part) => part !== undefined).join("\n\n");
    const system = request.hot ? (parent.options.system ?? "") : promptFor(place, model.info, tools, extra);
    return { model, tools, system, resources: [model] };
  };
}

const childNote =
  "You were started by another agent, which gave you your task and reads your last reply. You cannot ask the user. End with what you found or did, complete and short.";
