/** What a child of a run is made from: the model that it asks for and a prompt that says it is one. */
import type { BuildChild, ParentView } from "../agent/child.ts";
import type { SpawnRequest } from "../agent/fleet-port.ts";
import { childPrompt, type Surroundings } from "../agent/prompt.ts";
import type { IsTrusted } from "../tools/git/guard.ts";
import type { Models } from "./models.ts";

export interface ChildPlaces {
  /** Holds the worktrees that are made for children. */
  readonly worktrees: string;
  readonly isTrusted: IsTrusted;
}

/** A child has a model object of its own, closed with it, so that one agent's call never waits for another's. */
export function childBuilder(models: Models, surroundings: Surroundings, places: ChildPlaces): BuildChild {
  return async (request, parent, tools) => {
    const place = request.isolation && (await ownWorktree(request, parent, places));
    await using made = new AsyncDisposableStack();
    if (place) made.use(place);
    const model = await models.resolve(request, parent.model.info);
    const around = { ...surroundings, cwd: place?.cwd ?? surroundings.cwd };
    const system = request.hot ? (parent.options.system ?? "") : childPrompt(around, model.info, tools, request.system);
    made.move();
    return { model, tools, system, ...(place ? { place, resources: [place, model] } : { resources: [model] }) };
  };
}

async function ownWorktree({ label, worktree }: SpawnRequest, { options, cwd }: ParentView, places: ChildPlaces) {
  const { openWorktree } = await import("./worktrees.ts");
  const { worktrees: home, isTrusted } = places;
  const own = label ?? options.label ?? "agent";
  return openWorktree({ cwd, env: options.env ?? {}, home, label: own, again: worktree, isTrusted });
}
