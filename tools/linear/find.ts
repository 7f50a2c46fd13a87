/** What names mean in a workspace of Linear: teams, states, people. What means nothing is told with what there is. */
import { listAt } from "../search/engine.ts";
import { ServiceError } from "../web/service.ts";
import { type Linear, text } from "./api.ts";

const same = (value: string) => ({ eqIgnoreCase: value });

export const stateTypes = ["triage", "backlog", "unstarted", "started", "completed", "canceled"] as const;

export interface Wanted {
  readonly team?: string | undefined;
  readonly state?: string | undefined;
  readonly assignee?: string | undefined;
  readonly query?: string | undefined;
}

const teamFilter = (team: string) => ({ or: [{ key: same(team) }, { name: same(team) }] });

function personFilter(person: string) {
  if (person.toLowerCase() === "me") return { isMe: { eq: true } };
  const name = person.replace(/^@/, "");
  return { or: [{ displayName: same(name) }, { name: same(name) }, { email: same(name) }] };
}

/** An `IssueFilter`. */
export function issueFilter({ team, state, assignee, query }: Wanted): Readonly<Record<string, unknown>> {
  const isType = stateTypes.some((type) => type === state?.toLowerCase());
  return {
    ...(team === undefined ? {} : { team: teamFilter(team) }),
    ...(state === undefined ? {} : { state: isType ? { type: { eq: state.toLowerCase() } } : { name: same(state) } }),
    ...(assignee === undefined ? {} : { assignee: personFilter(assignee) }),
    ...(query === undefined
      ? {}
      : { or: [{ title: { containsIgnoreCase: query } }, { description: { containsIgnoreCase: query } }] }),
  };
}

/** The ids behind names, for an input. */
export class Finder {
  readonly #linear: Linear;
  readonly #signal: AbortSignal;

  constructor(linear: Linear, signal: AbortSignal) {
    this.#linear = linear;
    this.#signal = signal;
  }

  async team(wanted: string): Promise<string> {
    const all = await this.#list("query { teams(first: 250) { nodes { id key name } } }", {}, "teams");
    const is = (name: string) => name.toLowerCase() === wanted.toLowerCase();
    const team = all.find((each) => is(text(each, "key")) || is(text(each, "name")));
    if (team !== undefined) return text(team, "id");
    const names = all.map((each) => `${text(each, "key")} (${text(each, "name")})`);
    throw new ServiceError(`There is no team "${wanted}" in Linear; there are: ${names.join(", ")}.`);
  }

  async state(wanted: string, teamId: string): Promise<string> {
    const query =
      "query($filter: WorkflowStateFilter) { workflowStates(first: 250, filter: $filter) { nodes { id name type } } }";
    const filter = { team: { id: { eq: teamId } } };
    const all = await this.#list(query, { filter }, "workflowStates");
    const state = all.find((each) => text(each, "name").toLowerCase() === wanted.toLowerCase());
    if (state !== undefined) return text(state, "id");
    const names = all.map((each) => text(each, "name")).join(", ");
    throw new ServiceError(`The team has no state "${wanted}"; it has: ${names}.`);
  }

  async person(wanted: string): Promise<string> {
    const query =
      "query($filter: UserFilter) { users(first: 10, filter: $filter) { nodes { id name displayName email } } }";
    const found = await this.#list(query, { filter: personFilter(wanted) }, "users");
    const [first, second] = found;
    if (first !== undefined && second === undefined) return text(first, "id");
    const names = found.map((each) => `${text(each, "name")} <${text(each, "email")}>`).join(", ");
    const why = second === undefined ? "is nobody in Linear" : `may be any of ${names}; name one by email`;
    throw new ServiceError(`"${wanted}" ${why}.`);
  }

  async #list(query: string, variables: Readonly<Record<string, unknown>>, name: string): Promise<readonly unknown[]> {
    return listAt(await this.#linear.ask(query, variables, this.#signal), name, "nodes");
  }
}
