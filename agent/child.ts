/** What a child begins with: its parent's own parts, or parts that the composition root makes for a request. */

import type { JSONType } from "zod";
import type { AgentOptions } from "./agent-options.ts";
import type { Purse } from "./budget.ts";
import { ConfigError, UsageError } from "./error.ts";
import type { SpawnRequest } from "./fleet-port.ts";
import type { Member } from "./member.ts";
import type { CallId, Message } from "./message.ts";
import type { Model, ModelSettings } from "./model.ts";
import { settingsFor } from "./settings.ts";
import type { AnyTool } from "./tool.ts";
import type { Toolbox } from "./toolbox.ts";

/** What a parent is at the moment it spawns. */
export interface ParentView {
  readonly options: AgentOptions;
  readonly model: Model;
  readonly settings: ModelSettings;
  readonly cwd: string;
}

export interface ChildParts {
  readonly model: Model;
  readonly tools: readonly AnyTool[];
  readonly system: string;
  /** Closed with the child. */
  readonly resources?: readonly AsyncDisposable[];
  /** Where it works, if not where its parent does. */
  readonly place?: ChildPlace;
}

/** A place of a child's own, where its file tools write; one of its resources, so that it ends with it. */
export interface ChildPlace {
  readonly cwd: string;
  readonly root: string;
  /** What the child is told of it before its task. */
  readonly briefing: string;
  /** What the parent of one that stays is told of it. */
  readonly spawned: string;
  /** What was left there, once the child was closed. */
  farewell(): string | undefined;
}

/** Makes the parts of a child. Throws `SagentError` for a model, provider or tool that cannot be had. */
export type BuildChild = (request: SpawnRequest, parent: ParentView, tools: readonly AnyTool[]) => Promise<ChildParts>;

/** The parts of a child that asks for nothing but what its parent has: it shares the parent's model. */
export const inheritParts: BuildChild = async (request, parent, tools) => {
  const { provider, model, auth, account } = request;
  if ((provider ?? model ?? auth ?? account) !== undefined) {
    throw new ConfigError("This fleet cannot give a child another model: it was made without a way to build one.");
  }
  const own = parent.options.system ?? "";
  return { model: parent.model, tools, system: request.hot ? own : (request.system ?? own) };
};

/** The tools of a child: the parent's, or those of them that the request names. Throws `UsageError` for an unknown name. */
export async function childTools({ tools: wanted }: SpawnRequest, toolbox: Toolbox): Promise<readonly AnyTool[]> {
  if (wanted === undefined) return toolbox.offered;
  const problems = await toolbox.openFor(wanted);
  const unknown = wanted.filter((name) => !toolbox.has(name));
  if (unknown.length > 0) {
    const names = toolbox.names.join(", ") || "none";
    const what = unknown.map((name) => `"${name}"`).join(" or ");
    throw new UsageError([`You have no tool ${what} to give: ${names}.`, ...problems].join(" "));
  }
  return toolbox.find(wanted);
}

/**
 * What a fork begins with: its parent's conversation up to the call. Results of calls that go on in the background reach the
 * parent alone, and the fork is told so at the end, where it costs no cached prefix.
 */
export function forkHistory({ agent, label }: Member, call: CallId): readonly Message[] {
  const history = agent.conversationBefore(call);
  const pending = new Map<CallId, string>();
  for (const entry of history) {
    if (entry.type === "toolResult" && entry.kind === "pending") pending.set(entry.callId, entry.name);
    if (entry.type === "notice" && entry.call) pending.delete(entry.call.id);
  }
  if (pending.size === 0) return history;
  const calls = [...pending].map(([id, name]) => `${id} (${name})`).join(", ");
  const text = `You are a fork of "${label}". The results of ${calls} go to "${label}" and do not arrive here.`;
  const ids = history.map(({ id }) => Number(id.slice(1)));
  return [...history, { type: "notice", id: `m${Math.max(...ids) + 1}`, at: history.at(-1)?.at ?? 0, text }];
}

interface Made extends ChildParts {
  readonly label: string;
  readonly purse: Purse;
  readonly history: readonly Message[];
  readonly cwd: string;
}

/**
 * The options of a child: its own parts, and the surroundings that it shares with its parent. Throws `SettingError` for
 * settings that its model does not offer.
 */
export function childOptions(parent: Member, request: SpawnRequest, made: Made): AgentOptions {
  const {
    session,
    revise,
    hooks,
    sources,
    clock,
    root,
    writeRoots,
    env,
    retry,
    resolveModel,
    random,
    utilityModel,
    maxRounds: parentRounds,
    fallback,
    waitForLimits,
  } = parent.options;
  const { place } = made;
  const maxRounds = request.maxRounds ?? parentRounds;
  const settings = settingsFor(made.model.info, parent.agent.view().settings, request.settings);
  const names = new Set(made.tools.map(({ name }) => name));
  const { toolbox } = parent.agent;
  const shelf = (request.shelf ? (parent.options.shelf ?? []) : toolbox.shelf).filter(({ name }) => !names.has(name));
  const hasShelf = request.tools === undefined || request.shelf === true;
  return {
    ...made,
    ...(hasShelf && shelf.length > 0 ? { shelf } : {}),
    ...(hasShelf && sources ? { sources } : {}),
    ...(session ? { session } : {}),
    ...(revise ? { revise } : {}),
    ...(hooks ? { hooks } : {}),
    ...(clock ? { clock } : {}),
    ...((place?.root ?? root) === undefined ? {} : { root: place?.root ?? root }),
    ...(place ? { writeRoots: [place.root] } : writeRoots ? { writeRoots } : {}),
    ...(env ? { env } : {}),
    ...(parent.options.canAsk ? { canAsk: true } : {}),
    ...(parent.options.compact === undefined ? {} : { compact: parent.options.compact }),
    ...(retry ? { retry } : {}),
    ...(random ? { random } : {}),
    ...(resolveModel ? { resolveModel } : {}),
    ...(utilityModel ? { utilityModel } : {}),
    ...(fallback ? { fallback } : {}),
    ...(waitForLimits === undefined ? {} : { waitForLimits }),
    ...(maxRounds === undefined ? {} : { maxRounds }),
    settings,
  };
}

/** What a persistent child is made from again by a later process. */
export function recipeOf(request: SpawnRequest, { agent, options, depthLeft }: Member): JSONType {
  const { prompt: _, context: _context, hot: _hot, persistent: _persistent, ...wish } = request;
  const tools = agent.toolbox.offered.map((tool) => tool.name);
  const worktree = request.isolation && options.root;
  const shelf = (options.shelf ?? options.sources) !== undefined;
  return JSON.parse(JSON.stringify({ ...wish, worktree, tools, shelf, system: options.system ?? "", depthLeft }));
}
