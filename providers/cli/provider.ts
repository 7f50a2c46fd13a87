/** Vendors' own programs as providers: found, checked, and asked whether they are logged in, before anything is sent. */
import { ConfigError, UsageError } from "../../agent/error.ts";
import type { Model, Provider } from "../../agent/model.ts";
import type { Env } from "../auth.ts";
import { cliEnvironment } from "./environment.ts";
import { type Account, cliModel } from "./info.ts";
import { parseLine } from "./json.ts";
import type { StartLink } from "./link.ts";
import { createCliModel } from "./model.ts";
import { quietDirectory } from "./notes.ts";
import { ask } from "./process.ts";
import { type CliVendor, cliVendor, commandOf, isInstalled } from "./vendors.ts";

export interface CliOptions {
  readonly env: Env;
  readonly idleMs?: number | undefined;
}

const questionMs = 20_000;

/** Nothing is started before a model is asked for. Throws `UsageError` for a name that is no program's. */
export function createCli(name: string, { env, idleMs }: CliOptions): Provider {
  const vendor = cliVendor(name);
  if (!vendor) throw new UsageError(`There is no program of a vendor called "${name}".`);
  const models = new Set<Model>();
  let checked: Promise<Account> | undefined;
  const close = async () => {
    await Promise.allSettled([...models].map((model) => model.close()));
  };
  return {
    name: vendor.name,
    async model(id) {
      const command = requireCommand(vendor, env);
      const cwd = quietDirectory(env, vendor.name, vendor.settings);
      checked ??= check(vendor, { command, cwd, env });
      checked.catch(() => {
        checked = undefined;
      });
      const info = cliModel(vendor, id, await checked);
      const start = await starter(vendor);
      const onClose = () => void models.delete(model);
      const model = createCliModel({ vendor, command, env, info, cwd, idleMs, start, onClose });
      models.add(model);
      return model;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function starter({ wire }: CliVendor): Promise<StartLink> {
  switch (wire) {
    case "stream-json":
      return (await import("./claude.ts")).startClaude;
    case "app-server":
      return (await import("./codex.ts")).startCodex;
    case "acp":
      return (await import("./acp.ts")).startAcp;
  }
}

/** Throws `ConfigError` where nobody said which program it is, and where it is not here. */
function requireCommand(vendor: CliVendor, env: Env): readonly string[] {
  const command = commandOf(vendor, env);
  if (isInstalled(vendor, env)) return command;
  if (command.length > 0) {
    throw new ConfigError(`${vendor.label} is not installed: there is no program "${command[0]}".`, {
      hint: vendor.install === undefined ? `See ${vendor.commandVar}.` : `Install it with: ${vendor.install}`,
    });
  }
  throw new ConfigError(`${vendor.label} has no program: ${vendor.commandVar} is not set.`, {
    hint: "Set it to the command that starts the agent, such as `my-agent --acp`.",
  });
}

interface Place {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Env;
}

/** Throws `ConfigError` for a program that is too old or not logged in. */
async function check(vendor: CliVendor, place: Place): Promise<Account> {
  const [account] = await Promise.all([accountOf(vendor, place), checkVersion(vendor, place)]);
  return account;
}

function question({ command, cwd, env }: Place, words: readonly string[]) {
  return ask({ argv: [...command, ...words], cwd, env: cliEnvironment(env) }, questionMs);
}

async function checkVersion({ label, oldest, install }: CliVendor, place: Place): Promise<void> {
  if (!oldest) return;
  const { text } = await question(place, ["--version"]);
  const [, ...numbers] = /(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  const found = numbers.map(Number);
  const at = oldest.findIndex((number, index) => number !== found[index]);
  if (found.length === 3 && (at < 0 || (found[at] ?? 0) > (oldest[at] ?? 0))) return;
  const has = found.length === 3 ? `is version ${found.join(".")}` : "does not tell its version";
  throw new ConfigError(`${label} ${has}, and ${oldest.join(".")} or later is needed.`, {
    hint: `Update it with: ${install}`,
  });
}

/** As the program itself tells; what it keeps of its login is never looked at. */
async function accountOf({ label, wire, login }: CliVendor, place: Place): Promise<Account> {
  if (wire === "stream-json") {
    const { text } = await question(place, ["auth", "status"]);
    const status = parseLine(text);
    if (status?.loggedIn === false) {
      throw new ConfigError(`${label} is not logged in.`, { hint: `Log in first: ${login}` });
    }
    return { billed: status !== undefined && status.authMethod !== "claude.ai" && status.authMethod !== "oauth_token" };
  }
  if (wire === "app-server") return { billed: /api key/i.test((await question(place, ["login", "status"])).text) };
  return { billed: false };
}
