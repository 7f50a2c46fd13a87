/** Linear on this machine: a GraphQL server with the part of Linear's schema that we ask, which checks every query against it. */
import { buildSchema, graphql } from "graphql";
import { isObject, parseJson } from "./fake-json.ts";
import { type Trouble, troubled } from "./fake-trouble.ts";

export type LinearFault = Trouble | "limited" | "error" | "half";

export interface FakeLinear extends AsyncDisposable {
  readonly env: Readonly<Record<"LINEAR_API_KEY" | "LINEAR_BASE_URL", string>>;
  readonly issues: readonly FakeIssue[];
  /** What the client did that Linear's schema does not have; empty at the end of a good test. */
  readonly problems: readonly string[];
  fault(fault: LinearFault | undefined): void;
}

interface FakeIssue {
  id: string;
  identifier: string;
  title: string;
  description: string | null;
  priority: number;
  teamId: string;
  stateId: string;
  assigneeId: string | null;
  comments: { body: string; userId: string; createdAt: string }[];
}

const sdl = `
  type Query {
    teams(first: Int): Teams!
    workflowStates(first: Int, filter: WorkflowStateFilter): WorkflowStates!
    users(first: Int, filter: UserFilter): Users!
    issues(filter: IssueFilter, first: Int, orderBy: PaginationOrderBy): Issues!
    issue(id: String!): Issue!
  }
  type Mutation {
    issueCreate(input: IssueCreateInput!): IssuePayload!
    issueUpdate(id: String!, input: IssueUpdateInput!): IssuePayload!
    commentCreate(input: CommentCreateInput!): CommentPayload!
  }
  enum PaginationOrderBy { createdAt updatedAt }
  input Text { eq: String eqIgnoreCase: String containsIgnoreCase: String }
  input Id { eq: ID }
  input Flag { eq: Boolean }
  input TeamFilter { id: Id key: Text name: Text or: [TeamFilter!] }
  input WorkflowStateFilter { name: Text type: Text team: TeamFilter }
  input UserFilter { isMe: Flag name: Text displayName: Text email: Text or: [UserFilter!] }
  input IssueFilter { team: TeamFilter state: WorkflowStateFilter assignee: UserFilter title: Text description: Text or: [IssueFilter!] }
  input IssueCreateInput { teamId: String! title: String description: String stateId: String assigneeId: String priority: Int }
  input IssueUpdateInput { teamId: String title: String description: String stateId: String assigneeId: String priority: Int }
  input CommentCreateInput { issueId: String body: String }
  type PageInfo { hasNextPage: Boolean! }
  type Team { id: ID! key: String! name: String! }
  type Teams { nodes: [Team!]! }
  type WorkflowState { id: ID! name: String! type: String! }
  type WorkflowStates { nodes: [WorkflowState!]! }
  type User { id: ID! name: String! displayName: String! email: String! }
  type Users { nodes: [User!]! }
  type Label { name: String! }
  type Labels { nodes: [Label!]! }
  type Project { name: String! }
  type Comment { id: ID! url: String! body: String! createdAt: String! user: User }
  type Comments { nodes: [Comment!]! }
  type Issues { nodes: [Issue!]! pageInfo: PageInfo! }
  type Issue {
    id: ID! identifier: String! title: String! description: String url: String! priority: Float! priorityLabel: String!
    createdAt: String! updatedAt: String! dueDate: String state: WorkflowState! team: Team! assignee: User creator: User
    labels: Labels! parent: Issue project: Project comments(first: Int): Comments!
  }
  type IssuePayload { success: Boolean! issue: Issue }
  type CommentPayload { success: Boolean! comment: Comment! }
`;

const key = "lin_api_test";
const [eng, ops] = ["team-eng", "team-ops"];
const teams = [
  { id: eng, key: "ENG", name: "Engineering" },
  { id: ops, key: "OPS", name: "Operations" },
];
const states = ["Backlog backlog", "Todo unstarted", "In_Progress started", "Done completed"].map((words) => {
  const [name = "", type = ""] = words.split(" ");
  return { id: `state-${type}`, name: name.replace("_", " "), type, teamId: eng };
});
const users = [
  { id: "user-ann", name: "Ann Ash", displayName: "ann", email: "ann@a.test", isMe: true },
  { id: "user-bob", name: "Bob Birch", displayName: "bob", email: "bob@a.test", isMe: false },
  { id: "user-bob2", name: "Bob Birch", displayName: "bobby", email: "bobby@a.test", isMe: false },
];
const priorities = ["No priority", "Urgent", "High", "Medium", "Low"];
const at = "2026-01-02T03:04:05.000Z";

/** Linear's own way with ids: a UUID, or the identifier that people use. */
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

export function fakeLinear(): FakeLinear {
  const problems: string[] = [];
  const issues: FakeIssue[] = [];
  let fault: LinearFault | undefined;
  const add = (made: Partial<FakeIssue> & { readonly teamId: string }): FakeIssue => {
    const number = issues.length + 1;
    const team = teams.find(({ id }) => id === made.teamId);
    const basis = { id: uuid(number), identifier: `${team?.key}-${number}`, title: "", description: null, priority: 0 };
    const issue = { ...basis, stateId: "state-backlog", assigneeId: null, comments: [], ...made };
    issues.push(issue);
    return issue;
  };
  const comments = [{ body: "On it.", userId: "user-bob", createdAt: at }];
  add({
    teamId: eng,
    title: "Login fails",
    description: "With a **space**.",
    priority: 1,
    assigneeId: "user-ann",
    comments,
  });
  add({ teamId: eng, title: "Slow page", stateId: "state-started", assigneeId: "user-bob" });
  add({ teamId: ops, title: "New disk" });
  const root = { ...queries(issues), ...mutations(issues, add) };
  const schema = buildSchema(sdl);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      if (fault) return misbehave(fault);
      if (request.headers.get("authorization") !== key)
        return errors(401, "AUTHENTICATION_ERROR", "Authentication required");
      const body = parseJson(await request.text());
      if (!isObject(body) || typeof body.query !== "string") return errors(400, "INVALID_INPUT", "no query");
      const variableValues = isObject(body.variables) ? body.variables : {};
      const result = await graphql({ schema, source: body.query, rootValue: root, variableValues });
      const isOurs = result.errors?.every(({ message }) => message.startsWith("Entity not found")) ?? true;
      if (!isOurs) problems.push(...(result.errors ?? []).map(({ message }) => message));
      return Response.json(result, { status: isOurs ? 200 : 400 });
    },
  });
  return {
    env: { LINEAR_API_KEY: key, LINEAR_BASE_URL: `http://127.0.0.1:${server.port}/graphql` },
    issues,
    problems,
    fault(next) {
      fault = next;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

type TextFilter = Readonly<Record<"eq" | "eqIgnoreCase" | "containsIgnoreCase", string | undefined>>;
type Filter = { readonly [field: string]: Filter | TextFilter | readonly Filter[] | { readonly eq: boolean } };
type Thing = Readonly<Record<string, unknown>>;

/** Whether a thing is as a filter wants it, as Linear reads them. */
function fits(thing: Thing | undefined, filter: Filter | undefined): boolean {
  if (!filter) return true;
  return Object.entries(filter).every(([name, wanted]) => {
    if (Array.isArray(wanted)) return wanted.some((each: Filter) => fits(thing, each));
    const value = thing?.[name];
    if (isObject(value)) return fits({ ...value }, wanted as Filter);
    const { eq, eqIgnoreCase, containsIgnoreCase } = wanted as TextFilter;
    if (eq !== undefined) return value === eq;
    const text = typeof value === "string" ? value.toLowerCase() : "";
    if (eqIgnoreCase !== undefined) return text === eqIgnoreCase.toLowerCase();
    return containsIgnoreCase !== undefined && text.includes(containsIgnoreCase.toLowerCase());
  });
}

const by = (list: readonly { readonly id: string }[], id: string | null) => list.find((each) => each.id === id);

function shown(issue: FakeIssue) {
  return {
    ...issue,
    url: `https://linear.test/${issue.identifier}`,
    priorityLabel: priorities[issue.priority],
    createdAt: at,
    updatedAt: at,
    dueDate: null,
    state: by(states, issue.stateId),
    team: by(teams, issue.teamId),
    assignee: by(users, issue.assigneeId),
    creator: users[0],
    labels: { nodes: [{ name: "bug" }] },
    parent: null,
    project: null,
    comments: { nodes: issue.comments.map((each, id) => ({ ...each, id, url: "", user: by(users, each.userId) })) },
  };
}

function found(issues: readonly FakeIssue[], id: string): FakeIssue {
  const issue = issues.find((each) => each.id === id || each.identifier === id.toUpperCase());
  if (!issue) throw new Error("Entity not found: Issue - Could not find referenced Issue.");
  return issue;
}

interface Lists {
  readonly filter?: Filter;
  readonly first?: number;
}

function queries(issues: readonly FakeIssue[]) {
  return {
    teams: () => ({ nodes: teams }),
    workflowStates: ({ filter }: Lists) => ({
      nodes: states.filter((state) => fits({ ...state, team: by(teams, state.teamId) }, filter)),
    }),
    users: ({ filter }: Lists) => ({ nodes: users.filter((user) => fits(user, filter)) }),
    issues: ({ filter, first = 50 }: Lists) => {
      const all = issues.map(shown).filter((issue) => fits(issue, filter));
      return { nodes: all.slice(0, first), pageInfo: { hasNextPage: all.length > first } };
    },
    issue: ({ id }: { readonly id: string }) => shown(found(issues, id)),
  };
}

function mutations(issues: FakeIssue[], add: (made: Partial<FakeIssue> & { readonly teamId: string }) => FakeIssue) {
  type Input = { readonly input: Partial<FakeIssue> & { readonly teamId: string } };
  return {
    issueCreate: ({ input }: Input) => ({ success: true, issue: shown(add(input)) }),
    issueUpdate: ({ id, input }: Input & { readonly id: string }) => {
      const issue = found(issues, id);
      Object.assign(issue, input);
      return { success: true, issue: shown(issue) };
    },
    commentCreate: ({ input }: { readonly input: { readonly issueId: string; readonly body: string } }) => {
      found(issues, input.issueId).comments.push({ body: input.body, userId: "user-ann", createdAt: at });
      return {
        success: true,
        comment: { id: "comment-1", url: "https://linear.test/c", body: input.body, createdAt: at },
      };
    },
  };
}

function errors(status: number, code: string, message: string, headers = {}): Response {
  return Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers });
}

function misbehave(fault: LinearFault): Response | Promise<Response> {
  switch (fault) {
    case "limited":
      return errors(400, "RATELIMITED", "Rate limit exceeded", {
        "x-ratelimit-requests-remaining": "0",
        "x-ratelimit-requests-reset": String(Date.parse("2030-01-02T03:04:05Z")),
      });
    case "error":
      return errors(200, "INTERNAL", "Something broke");
    case "half":
      return Response.json({ data: { issues: null }, errors: [{ message: "One part failed" }] });
    default:
      return troubled(fault, '{"data": {"iss', "/graphql");
  }
}
