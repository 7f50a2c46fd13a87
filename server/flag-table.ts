/** The flags of the command line: the parser, the help text and the docs share this table. */
type Group = "Work" | "Model" | "Session" | "Workspace" | "Output" | "List of models" | "Weights" | "MCP" | "Slack";

export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Shown in help in place of the value. */
  readonly value?: string;
  readonly help: string;
  readonly group: Group;
}

export const flagTable = {
  print: {
    type: "string",
    short: "p",
    value: "TEXT",
    group: "Work",
    help: "Do this one task and exit; piped input is added to it.",
  },
  cwd: { type: "string", value: "DIR", group: "Work", help: "Work in DIR." },
  "add-dir": {
    type: "string",
    multiple: true,
    value: "DIR",
    group: "Work",
    help: "Read the AGENTS.md of DIR too; may be given again.",
  },
  contain: {
    type: "boolean",
    group: "Work",
    help: "Let file tools write only in DIR and those of --add-dir; leave the shell out.",
  },
  trust: {
    type: "boolean",
    group: "Work",
    help: "Obey the project's own servers, hooks and plug-ins in this run.",
  },
  tools: { type: "string", value: "A,B|none", group: "Work", help: "Offer only these tools." },
  tool: {
    type: "string",
    multiple: true,
    value: "NAME.KEY=VALUE",
    group: "Work",
    help: "Set how a tool works, e.g. Bash.timeoutMs=30000; may be given again.",
  },
  "disallow-tools": { type: "string", value: "A,B", group: "Work", help: "Leave these tools out." },
  system: { type: "string", value: "TEXT", group: "Work", help: "Add TEXT to the system prompt." },
  mcp: {
    type: "string",
    multiple: true,
    value: "FILE|JSON",
    group: "Work",
    help: "Use the MCP servers of this configuration too; may be given again.",
  },
  "max-rounds": { type: "string", value: "N", group: "Work", help: "End after N rounds of tools for one message." },
  "max-budget-usd": {
    type: "string",
    value: "USD",
    group: "Work",
    help: "Never send a call that could exceed this total.",
  },
  "max-depth": { type: "string", value: "N", group: "Work", help: "Let agents spawn N generations; 0 means none." },
  advisor: { type: "string", value: "MODEL", group: "Work", help: "Give the agent a second model to ask for advice." },
  "advisor-max-uses": { type: "string", value: "N", group: "Work", help: "How often it may ask; 3 by default." },
  "allow-providers": {
    type: "string",
    value: "A,B",
    group: "Model",
    help: "Use only these, also for switches and children.",
  },
  provider: {
    type: "string",
    value: "NAME",
    group: "Model",
    help: "anthropic, openai, google, moonshot, dashscope, minimax, openai-compat or local.",
  },
  model: {
    type: "string",
    value: "ID",
    group: "Model",
    help: "A model's name, family or role, e.g. opus, gpt-5.6, default.",
  },
  fallback: {
    type: "string",
    value: "MODEL,…",
    group: "Model",
    help: "Go on with these, in turn, where the model is limited or down.",
  },
  "wait-for-limits": {
    type: "boolean",
    group: "Model",
    help: "Sleep until a limit resets and go on, in place of ending there.",
  },
  account: { type: "string", value: "NAME", group: "Model", help: "Use this account of the credential file." },
  auth: {
    type: "string",
    value: "HOW",
    group: "Model",
    help: "Where the key comes from: env or credentials; to log in: key, oauth or device.",
  },
  "no-check": { type: "boolean", group: "Model", help: "Log in without asking the provider about the key." },
  "base-url": {
    type: "string",
    value: "URL",
    group: "Model",
    help: "Talk to this endpoint; alone it means openai-compat.",
  },
  effort: { type: "string", value: "LEVEL", group: "Model", help: "none, min, low, medium, high, xhigh or max." },
  thinking: { type: "string", value: "MODE", group: "Model", help: "default, adaptive, on, off or redact." },
  "max-request-tokens": {
    type: "string",
    value: "N",
    group: "Model",
    help: "Use at most N tokens of the model's window.",
  },
  "max-response-tokens": { type: "string", value: "N", group: "Model", help: "Cap each answer at N tokens." },
  continue: { type: "boolean", short: "c", group: "Session", help: "Go on with this directory's newest session." },
  resume: {
    type: "string",
    short: "r",
    value: "ID",
    group: "Session",
    help: "Go on with the session whose id begins with ID.",
  },
  session: { type: "string", value: "DIR", group: "Session", help: "Keep the session in DIR, new or not." },
  "no-resume-persistent": { type: "boolean", group: "Session", help: "Leave the session's children behind." },
  "resume-limit": { type: "string", value: "N", group: "Session", help: "How many sessions to list; 20 by default." },
  "no-compact": { type: "boolean", group: "Session", help: "Never summarise a long conversation unasked." },
  ephemeral: { type: "boolean", group: "Session", help: "Save nothing." },
  name: { type: "string", value: "LABEL", group: "Session", help: "The agent's name; main by default." },
  port: {
    type: "string",
    value: "N",
    group: "Workspace",
    help: "Serve the workspace on this port; a free one by default.",
  },
  host: {
    type: "string",
    value: "ADDRESS",
    group: "Workspace",
    help: "Listen on this address; beyond this machine only with SAGENT_SECRET set.",
  },
  "no-open": { type: "boolean", group: "Workspace", help: "Print the address and open no browser." },
  "input-format": {
    type: "string",
    value: "FORMAT",
    group: "Output",
    help: 'text, or stream-json: a line {"prompt": TEXT} each.',
  },
  "output-format": {
    type: "string",
    value: "FORMAT",
    group: "Output",
    help: "text, json (one object at the end) or stream-json (every event).",
  },
  "output-schema": {
    type: "string",
    value: "FILE|JSON",
    group: "Output",
    help: "Answer with a JSON document that satisfies this JSON Schema.",
  },
  json: { type: "boolean", group: "Output", help: "The same as --output-format json." },
  terminal: { type: "boolean", group: "Output", help: "Talk in the terminal, not in the browser." },
  debug: { type: "boolean", group: "Output", help: "Show stack traces of errors." },
  usable: { type: "boolean", group: "List of models", help: "Those that can be used here and now." },
  images: { type: "boolean", group: "List of models", help: "Those that see images." },
  "max-price": {
    type: "string",
    value: "USD",
    group: "List of models",
    help: "Those whose input costs this at most for a million tokens.",
  },
  "min-window": {
    type: "string",
    value: "N",
    group: "List of models",
    help: "Those with a window of N tokens or more.",
  },
  onnx: { type: "boolean", group: "Weights", help: "Search the hub for ONNX models, not for GGUF files." },
  limit: { type: "string", value: "N", group: "Weights", help: "Show N models of the hub; 20 by default." },
  yes: { type: "boolean", group: "Weights", help: "Remove weights without being asked." },
  runs: { type: "string", value: "N", group: "Weights", help: "Measure N times; 3 by default." },
  scope: { type: "string", value: "WHERE", group: "MCP", help: "Add or remove in the project's file or the user's." },
  header: { type: "string", multiple: true, value: "NAME: VALUE", group: "MCP", help: "Send this to a server." },
  set: { type: "string", multiple: true, value: "NAME=VALUE", group: "MCP", help: "Set a variable of a server." },
  sse: { type: "boolean", group: "MCP", help: "The server speaks SSE, not streamable HTTP." },
  http: { type: "boolean", group: "MCP", help: "Serve over HTTP on this machine, not over standard input." },
  "persona-dir": { type: "string", value: "DIR", group: "Slack", help: "Make one agent of each persona of DIR." },
  "log-prefix": { type: "string", value: "TEXT", group: "Slack", help: "Begin log channels so; agent- by default." },
  "router-log-channel": { type: "string", value: "NAME", group: "Slack", help: "Log here; router-log by default." },
  help: { type: "boolean", short: "h", group: "Output", help: "Show this help." },
  version: { type: "boolean", short: "v", group: "Output", help: "Show the version." },
} as const satisfies Record<string, Flag>;
