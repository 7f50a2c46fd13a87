/** Vendors' own programs as providers: found, checked, and asked whether they are logged in, before anything is sent. */
import { ConfigError } from "../../agent/error.ts";
import type { ModelInfo, Provider } from "../../agent/model.ts";
import type { Env } from "../auth.ts";
import { resolveModel } from "../catalog.ts";
import { cliEnvironment } from "./environment.ts";
import { parseLine } from "./json.ts";
import type { StartLink } from "./link.ts";
import { createCliModel } from "./model.ts";
import { quietDirectory } from "./notes.ts";
import { ask } from "./process.ts";
import type { CliVendor } from "./vendors.ts";

export interface CliOptions {
  readonly env: Env;
  readonly idleMs?: number | undefined;
}

interface Account {
  /** What is used is paid for by the token. */
  readonly billed: boolean;
}

const questionMs = 20_000;

/** Nothing is started before a model is asked for. */
export function createCli(vendor: CliVendor, { env, idleMs }: CliOptions): Provider {
  const models = new Set<AsyncDisposable>();
  let checked: Promise<Account> | undefined;
  const close = async () => {
    await Promise.allSettled([...models].map((model) => model[Symbol.asyncDispose]()));
    models.clear();
  };
  return {
    name: vendor.name,
    async model(id) {
      const command = commandOf(vendor, env);
      const cwd = quietDirectory(env, vendor.name, vendor.settings);
      checked ??= check(vendor, { command, cwd, env });
      checked.catch(() => {
        checked = undefined;
      });
      const info = cliModel(vendor, id, await checked);
      const model = createCliModel({ vendor, command, env, info, cwd, idleMs, start: await starter(vendor) });
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

/** The program that a person chose, or the vendor's. Throws `ConfigError` where there is none. */
export function commandOf({ label, command, commandVar }: CliVendor, env: Env): readonly string[] {
  const chosen = env[commandVar]?.trim();
  const words = chosen ? chosen.split(/\s+/) : command;
  if (words.length > 0) return words;
  throw new ConfigError(`${label} has no program: ${commandVar} is not set.`, {
    hint: "Set it to the command that starts the agent, such as `my-agent --acp`.",
  });
}

interface Place {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Env;
}

/** Throws `ConfigError` for a program that is missing, too old or not logged in. */
async function check(vendor: CliVendor, place: Place): Promise<Account> {
  const { command, env } = place;
  const [program = ""] = command;
  if (Bun.which(program, { PATH: env.PATH ?? "" }) === null) {
    throw new ConfigError(`${vendor.label} is not installed: there is no program "${program}".`, {
      hint: vendor.install === undefined ? `See ${vendor.commandVar}.` : `Install it with: ${vendor.install}`,
    });
  }
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

/** Facts of the catalogue as far as the program can make use of them. */
export function cliModel(vendor: CliVendor, id: string | undefined, { billed }: Account): ModelInfo {
  const { name, catalog, efforts, window } = vendor;
  if (catalog === undefined) return plainModel(name, id ?? "default");
  const row = resolveModel(catalog, id?.includes("+") ? id.slice(0, id.indexOf("+")) : id);
  return {
    ...row,
    provider: name,
    maxRequestTokens: Math.min(row.maxRequestTokens, window?.request ?? row.maxRequestTokens),
    maxResponseTokens: Math.min(row.maxResponseTokens, window?.response ?? row.maxResponseTokens),
    efforts: row.efforts.filter((effort) => efforts.includes(effort)),
    budgetModes: row.budgetModes.filter((mode) => mode !== "fixed"),
    thinkingOutputs: row.thinkingOutputs.filter((output) => output !== "redacted"),
    tiers: ["auto"],
    cacheTtlSec: [],
    prices: billed ? row.prices.filter(({ tier }) => tier === "auto") : [],
  };
}

function plainModel(provider: string, id: string): ModelInfo {
  return {
    provider,
    id,
    wireId: id,
    maxRequestTokens: 128_000,
    maxResponseTokens: 16_384,
    maxRequestBytes: 0,
    images: true,
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
    tiers: ["auto"],
    cacheTtlSec: [],
    prices: [],
    charsPerToken: 4,
  };
}
