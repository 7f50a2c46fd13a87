/** `sagent mcp`: which servers there are, whether they answer, and this program as one. */
import { UsageError } from "../agent/error.ts";
import { type Reach, readServer, type ServerConfig } from "../tools/mcp/config.ts";
import type { Config } from "./config.ts";
import { changeServers, readMcpConfig } from "./mcp-config.ts";
import { projectFile, userFile } from "./mcp-places.ts";
import { note } from "./output.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { isTrusted } from "./trust.ts";

type Env = Readonly<Record<string, string | undefined>>;

type Verb = (words: readonly string[], config: Config, env: Env) => Promise<number>;

const usage = `The commands are:
sagent mcp list
sagent mcp add NAME URL [--header 'NAME: VALUE'] [--sse] [--scope project|user]
sagent mcp add NAME [--set NAME=VALUE] [--scope project|user] -- COMMAND ARGS…
sagent mcp remove NAME [--scope project|user]
sagent mcp get NAME | test NAME | login NAME | logout NAME
sagent mcp serve [--tools A,B] [--http [--port N]]`;

const verbs: Readonly<Record<string, Verb>> = {
  list,
  add,
  remove,
  get: (words, config, env) => withServer(words, config, env, (server) => show(server, config)),
  test: (words, config, env) =>
    withServer(words, config, env, async (server) => (await import("./mcp-test.ts")).testServer(server, config, env)),
  login: (words, config, env) =>
    withServer(words, config, env, async (server) => (await import("./mcp-login.ts")).logIn(server, config, env)),
  logout: (words, config, env) =>
    withServer(words, config, env, async (server) => (await import("./mcp-login.ts")).logOut(server, env)),
  serve: async (words, config, env) => {
    if (words.length > 0) throw new UsageError("sagent mcp serve takes no words.", { hint: usage });
    return (await import("./mcp-serve.ts")).serveMcp(config, env);
  },
};

/** Resolves to the exit code. Throws `SagentError`. */
export async function runMcp(words: readonly string[], config: Config, env: Env): Promise<number> {
  const [verb = "list", ...rest] = words;
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!run) throw new UsageError(`There is no command "mcp ${verb}".`, { hint: usage });
  return run(rest, config, env);
}

/** A server as it is shown: of what may be secret, only the names. */
function shown({ name, from, disabled, reach, sampling, timeoutMs }: ServerConfig) {
  const limits = { sampling, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) };
  return { name, from, disabled, ...limits, ...shownReach(reach) };
}

function shownReach(reach: Reach) {
  if (reach.type !== "stdio") return { type: reach.type, url: reach.url, headers: Object.keys(reach.headers) };
  const { type, command, args, env } = reach;
  return { type, command, args, env: Object.keys(env) };
}

const lineOf = ({ reach }: ServerConfig) =>
  reach.type === "stdio" ? [reach.command, ...reach.args].join(" ") : `${reach.url} (${reach.type})`;

async function list(words: readonly string[], config: Config, env: Env): Promise<number> {
  if (words.length > 0) throw new UsageError("sagent mcp list takes no words.", { hint: usage });
  const { servers, problems } = await readMcpConfig(config, env);
  for (const problem of problems) note(problem);
  if (config.outputFormat !== "text") await writeOut(`${JSON.stringify(servers.map(shown))}\n`);
  else if (servers.length === 0) await writeOut("No MCP servers are set up. Add one: sagent mcp add NAME -- COMMAND\n");
  else {
    const lines = servers.map(
      (server) => `${server.name.padEnd(20)} ${lineOf(server)}${server.disabled ? "  (disabled)" : ""}`,
    );
    await writeOut(printable(`${lines.join("\n")}\n`));
  }
  return 0;
}

async function withServer(
  [name, ...more]: readonly string[],
  config: Config,
  env: Env,
  act: (server: ServerConfig) => Promise<number>,
): Promise<number> {
  if (name === undefined || more.length > 0) throw new UsageError("Name one MCP server.", { hint: usage });
  const { servers, problems } = await readMcpConfig(config, env);
  for (const problem of problems) note(problem);
  const found = servers.find((server) => server.name === name);
  if (found) return act(found);
  const names = servers.map((server) => server.name).join(", ") || "none";
  throw new UsageError(`There is no MCP server "${name}".`, { hint: `There are: ${names}.` });
}

async function show(server: ServerConfig, config: Config): Promise<number> {
  const rows = Object.entries(shown(server)).map(
    ([key, value]) => `${`${key}:`.padEnd(10)} ${Array.isArray(value) ? value.join(" ") : value}`,
  );
  const text = config.outputFormat === "text" ? rows.join("\n") : JSON.stringify(shown(server));
  await writeOut(printable(`${text}\n`));
  return 0;
}

async function add([name, ...target]: readonly string[], config: Config, env: Env): Promise<number> {
  const [first, ...args] = target;
  if (name === undefined || first === undefined) {
    throw new UsageError("A server to add has a name, and a URL or a command.", { hint: usage });
  }
  const { scope = "project", headers, variables, sse } = config.mcpChoice;
  const isUrl = /^https?:\/\//.test(first);
  if (isUrl && args.length > 0) throw new UsageError("Nothing comes behind the URL.", { hint: usage });
  const entry = isUrl
    ? { type: sse ? "sse" : "http", url: first, ...filled("headers", pairs("header", headers, ":")) }
    : { command: first, ...(args.length > 0 ? { args } : {}), ...filled("env", pairs("set", variables, "=")) };
  const path = scope === "project" ? projectFile(config.cwd) : userFile(env);
  const checked = readServer(name, entry, path);
  if (typeof checked === "string") throw new UsageError(checked);
  let isNew = true;
  await changeServers(path, (servers) => {
    isNew = !Object.hasOwn(servers, name);
    servers[name] = entry;
  });
  await writeOut(printable(`${isNew ? "Added" : "Changed"} ${name} in ${path}. Try it: sagent mcp test ${name}\n`));
  if (scope === "project" && !(await isTrusted(config.cwd, config, env))) {
    note(`servers of ${path} are started only once you trust this project: sagent trust`);
  }
  return 0;
}

const filled = (key: string, values: Readonly<Record<string, string>>) =>
  Object.keys(values).length > 0 ? { [key]: values } : {};

function pairs(flag: string, given: readonly string[], sign: string): Record<string, string> {
  const all = given.map((text): [string, string] => {
    const at = text.indexOf(sign);
    if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    throw new UsageError(`--${flag} must be NAME${sign}VALUE, not ${JSON.stringify(text)}.`);
  });
  return Object.fromEntries(all);
}

async function remove([name, ...more]: readonly string[], config: Config, env: Env): Promise<number> {
  if (name === undefined || more.length > 0) throw new UsageError("Name the MCP server to remove.", { hint: usage });
  const { scope } = config.mcpChoice;
  const places = { project: projectFile(config.cwd), user: userFile(env) };
  for (const path of scope ? [places[scope]] : [places.project, places.user]) {
    let isThere = false;
    if (!(await Bun.file(path).exists())) continue;
    await changeServers(path, (servers) => {
      isThere = Object.hasOwn(servers, name);
      delete servers[name];
    });
    if (!isThere) continue;
    await writeOut(printable(`Removed ${name} from ${path}.\n`));
    return 0;
  }
  throw new UsageError(`There is no MCP server "${name}" to remove.`, { hint: "See them all: sagent mcp list" });
}
