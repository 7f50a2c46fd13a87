/** Linear: issues found, read, made and changed. */
import { z } from "zod";
import { defineTool, type ToolOutput } from "../agent/tool.ts";
import { Linear, text } from "./linear/api.ts";
import { Finder, issueFilter } from "./linear/find.ts";
import description from "./linear.md" with { type: "text" };
import { failure, fit, oneLine, plural } from "./output.ts";
import { fieldOf, listAt } from "./search/engine.ts";
import { ServiceError } from "./web/service.ts";

const operations = ["list_issues", "get_issue", "create_issue", "update_issue", "add_comment"] as const;

const schema = z.strictObject({
  operation: z.enum(operations),
  issue: z
    .string()
    .regex(/^([A-Za-z][A-Za-z0-9]*-\d+|[0-9a-f]{8}-[0-9a-f-]{27})$/, "an identifier such as ENG-12")
    .optional(),
  team: z.string().min(1).optional(),
  title: z.string().min(1).max(500).optional(),
  description: z.string().optional(),
  state: z.string().min(1).optional(),
  assignee: z.string().min(1).optional(),
  priority: z.int().min(0).max(4).optional().describe("0 none, 1 urgent, 2 high, 3 medium, 4 low"),
  text: z.string().min(1).optional(),
  query: z.string().min(1).optional(),
  limit: z.int().min(1).max(250).optional().describe("25 by default"),
});
type Args = z.output<typeof schema>;

const needs: Readonly<Record<Args["operation"], readonly (keyof Args)[]>> = {
  list_issues: [],
  get_issue: ["issue"],
  create_issue: ["team", "title"],
  update_issue: ["issue"],
  add_comment: ["issue", "text"],
};

export interface LinearToolOptions {
  /** `LINEAR_API_KEY`, and `LINEAR_BASE_URL` where the endpoint is not Linear's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

interface Call {
  readonly args: Args;
  readonly linear: Linear;
  readonly signal: AbortSignal;
  readonly countTokens: (text: string) => number;
}

export function linearTool({ env = {} }: LinearToolOptions = {}) {
  const key = env.LINEAR_API_KEY?.trim();
  const linear = key ? new Linear({ key, url: env.LINEAR_BASE_URL }) : undefined;
  return defineTool({
    name: "Linear",
    description,
    schema,
    label: ({ operation, issue, title, query }) =>
      oneLine(["Linear", operation.replace("_", " "), issue ?? title ?? query ?? ""].join(" ")),
    maxResultChars: 0,
    async run(args, { signal, countTokens }) {
      if (signal.aborted) return failure("The call was stopped.");
      if (!linear) {
        return failure(
          "There is no Linear here: LINEAR_API_KEY is not set. It is a personal API key (lin_api_…) of Settings, Security & access.",
        );
      }
      const missing = needs[args.operation].filter((field) => args[field] === undefined);
      if (missing.length > 0) return failure(`${args.operation} needs ${missing.join(" and ")}.`);
      try {
        return await perform({ args, linear, signal, countTokens });
      } catch (error) {
        if (error instanceof ServiceError) return failure(error.message);
        throw error;
      }
    },
  });
}

function perform(call: Call): Promise<ToolOutput> {
  switch (call.args.operation) {
    case "list_issues":
      return list(call);
    case "get_issue":
      return get(call);
    case "create_issue":
      return create(call);
    case "update_issue":
      return update(call);
    case "add_comment":
      return comment(call);
  }
}

const fields =
  "id identifier title url priorityLabel updatedAt state { name } team { id key } assignee { displayName } labels { nodes { name } }";

async function list({ args, linear, signal, countTokens }: Call): Promise<ToolOutput> {
  const query = `query($filter: IssueFilter, $first: Int) { issues(filter: $filter, first: $first, orderBy: updatedAt) { nodes { ${fields} } pageInfo { hasNextPage } } }`;
  const data = await linear.ask(query, { filter: issueFilter(args), first: args.limit ?? 25 }, signal);
  const issues = listAt(data, "issues", "nodes");
  if (issues.length === 0) return { text: "No issue is like that." };
  const { text: lines, count } = fit(issues.map(issueLine), countTokens);
  const hasMore = fieldOf(fieldOf(fieldOf(data, "issues"), "pageInfo"), "hasNextPage") === true;
  const more = count < issues.length || hasMore ? " There are more: narrow it, or raise limit." : "";
  return { text: `${plural(count, "issue")}.${more}\n${lines}` };
}

function issueLine(issue: unknown): string {
  const assignee = text(issue, "assignee", "displayName");
  const notes = [text(issue, "state", "name"), text(issue, "priorityLabel"), assignee && `@${assignee}`].filter(
    Boolean,
  );
  return `${text(issue, "identifier")}  ${oneLine(text(issue, "title"), 160)}  (${notes.join(", ")})`;
}

const readQuery = `query($id: String!) { issue(id: $id) { ${fields} description createdAt creator { displayName } parent { identifier } project { name } dueDate comments(first: 100) { nodes { body createdAt user { displayName } } } } }`;

async function get({ args, linear, signal, countTokens }: Call): Promise<ToolOutput> {
  const issue = fieldOf(await linear.ask(readQuery, { id: args.issue }, signal), "issue");
  const comments = listAt(issue, "comments", "nodes").toSorted((a, b) =>
    text(a, "createdAt").localeCompare(text(b, "createdAt")),
  );
  const said = comments.map(
    (each) => `@${text(each, "user", "displayName") || "?"}  ${day(text(each, "createdAt"))}\n${text(each, "body")}\n`,
  );
  const body = text(issue, "description") || "(no description)";
  const units = [`${issueHead(issue)}\n\n${body}\n\n${plural(comments.length, "comment")}\n`, ...said];
  const { text: shown, count, omittedBytes } = fit(units, countTokens);
  const cut = count < units.length ? `\n${plural(units.length - count, "comment")} more did not fit.` : "";
  return { text: shown.trim() + (omittedBytes > 0 ? "\n(cut: the description is too long)" : "") + cut };
}

function issueHead(issue: unknown): string {
  const labels = listAt(issue, "labels", "nodes").map((label) => text(label, "name"));
  const facts = {
    state: text(issue, "state", "name"),
    team: text(issue, "team", "key"),
    assignee: text(issue, "assignee", "displayName"),
    priority: text(issue, "priorityLabel"),
    labels: labels.join(", "),
    project: text(issue, "project", "name"),
    parent: text(issue, "parent", "identifier"),
    due: text(issue, "dueDate"),
    by: text(issue, "creator", "displayName"),
    made: day(text(issue, "createdAt")),
    changed: day(text(issue, "updatedAt")),
    url: text(issue, "url"),
  };
  const known = Object.entries(facts).filter(([, value]) => value !== "");
  return [
    `# ${text(issue, "identifier")} ${text(issue, "title")}`,
    ...known.map(([name, value]) => `${name}: ${value}`),
  ].join("\n");
}

const day = (time: string) => time.slice(0, 16).replace("T", " ");

async function create({ args, linear, signal }: Call): Promise<ToolOutput> {
  const { team = "", title, description: body, priority } = args;
  const teamId = await new Finder(linear, signal).team(team);
  const input = { teamId, title, description: body, priority, ...(await named(args, teamId, linear, signal)) };
  const query = `mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { ${fields} } } }`;
  const issue = done(await linear.ask(query, { input }, signal), "issueCreate", "issue");
  return { text: `Made ${issueLine(issue)}\n${text(issue, "url")}` };
}

async function update({ args, linear, signal }: Call): Promise<ToolOutput> {
  const { title, description: body, priority, team } = args;
  const known = await find(args, linear, signal);
  const teamId = team === undefined ? undefined : await new Finder(linear, signal).team(team);
  const names = await named(args, teamId ?? text(known, "team", "id"), linear, signal);
  const all = Object.entries({ teamId, title, description: body, priority, ...names });
  const input = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  if (Object.keys(input).length === 0) {
    return failure("Nothing to change is given: title, description, state, assignee, priority or team.");
  }
  const query = `mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success issue { ${fields} } } }`;
  const issue = done(await linear.ask(query, { id: text(known, "id"), input }, signal), "issueUpdate", "issue");
  return { text: `Changed ${Object.keys(input).map(plainField).join(", ")}: ${issueLine(issue)}` };
}

const plainField = (name: string) => name.replace(/Id$/, "");

async function comment({ args, linear, signal }: Call): Promise<ToolOutput> {
  const known = await find(args, linear, signal);
  const query = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id url } } }";
  const input = { issueId: text(known, "id"), body: args.text };
  const made = done(await linear.ask(query, { input }, signal), "commentCreate", "comment");
  return { text: `Commented on ${text(known, "identifier")}: ${text(made, "url")}` };
}

async function find({ issue }: Args, linear: Linear, signal: AbortSignal): Promise<unknown> {
  const query = "query($id: String!) { issue(id: $id) { id identifier team { id } } }";
  return fieldOf(await linear.ask(query, { id: issue }, signal), "issue");
}

async function named({ state, assignee }: Args, teamId: string, linear: Linear, signal: AbortSignal) {
  const finder = new Finder(linear, signal);
  return {
    stateId: state === undefined ? undefined : await finder.state(state, teamId),
    assigneeId: assignee === undefined ? undefined : await finder.person(assignee),
  };
}

/** What a mutation made. Throws `ServiceError` where it says that it did not go well. */
function done(data: unknown, mutation: string, made: string): unknown {
  const answer = fieldOf(data, mutation);
  if (fieldOf(answer, "success") === true) return fieldOf(answer, made);
  throw new ServiceError("Linear says that nothing was changed, and not why.");
}
