/** What a run is to be: the flags, checked and typed. Everything wrong with them is found here, before any work. */
import { resolve } from "node:path";
import { UsageError } from "../agent/error.ts";
import { efforts, type KeySource, keySources } from "../agent/model.ts";
import { checkAccount } from "../providers/credential-file.ts";
import { ToolSettings } from "../tools/settings.ts";
import { type Flags, type InputFormat, inputFormats, type OutputFormat, outputFormats } from "./flags.ts";
import { type Knobs, thinkingModes } from "./settings.ts";

export const mcpScopes = ["project", "user"] as const;

export const loginWays = ["key", "oauth", "device"] as const;
export type LoginWay = (typeof loginWays)[number];
export type Auth = KeySource | LoginWay;

/** Which session a run goes on with. */
export type SessionChoice =
  | { readonly type: "new" }
  | { readonly type: "newest" }
  | { readonly type: "byId"; readonly id: string }
  | { readonly type: "dir"; readonly dir: string }
  | { readonly type: "none" };

/** What narrows the list of models, beside words, a provider and the knobs. */
export interface ModelFilter {
  readonly usable: boolean;
  readonly images: boolean;
  /** USD for a million tokens of input. */
  readonly maxPriceUsd: number | undefined;
  readonly minWindowTokens: number | undefined;
}

export interface WeightsChoice {
  readonly yes: boolean;
  readonly onnx: boolean;
  readonly limit: number;
  readonly runs: number;
}

export interface McpChoice {
  readonly scope: (typeof mcpScopes)[number] | undefined;
  readonly headers: readonly string[];
  readonly variables: readonly string[];
  readonly sse: boolean;
  readonly http: boolean;
}

export interface Config {
  readonly cwd: string;
  /** The flag said so, so it beats what a session recorded. */
  readonly cwdGiven: boolean;
  readonly prompt: string | undefined;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly baseUrl: string | undefined;
  /** Models that go on where the first cannot, in this order. */
  readonly fallback: readonly string[];
  readonly waitForLimits: boolean;
  /** Where the key comes from, or how to log in. */
  readonly auth: Auth | undefined;
  /** An account of the credential file. */
  readonly account: string | undefined;
  /** A key is tried before it is kept. */
  readonly checkKey: boolean;
  readonly knobs: Knobs;
  /** Files are written in `cwd` and `addDirs` only. */
  readonly contain: boolean;
  /** The project's own files may decide what runs here. */
  readonly trust: boolean;
  /** Configurations of MCP servers: JSON, or the path of a file that has it. */
  readonly mcp: readonly string[];
  /** How `sagent mcp` adds and serves. */
  readonly mcpChoice: McpChoice;
  /** Undefined means the default set. */
  readonly tools: readonly string[] | undefined;
  readonly toolSettings: ToolSettings;
  /** Left out of whatever set there is. */
  readonly disallowTools: readonly string[];
  readonly system: string | undefined;
  /** Directories whose instructions count too. */
  readonly addDirs: readonly string[];
  /** A long conversation is summarised when it must be. */
  readonly compact: boolean;
  /** How many sessions a list shows. */
  readonly listLimit: number;
  readonly maxRounds: number | undefined;
  readonly maxBudgetUsd: number | undefined;
  /** Generations of agents below the first. */
  readonly maxDepth: number | undefined;
  /** Undefined means any. */
  readonly allowProviders: readonly string[] | undefined;
  /** Children that stayed come back with their session. */
  readonly resumePersistent: boolean;
  readonly advisor: { readonly model: string; readonly maxUses: number | undefined } | undefined;
  /** Talk in the terminal even where a page could be opened. */
  readonly terminal: boolean;
  /** Where the workspace is served. Port 0 means a free one. */
  readonly serve: { readonly host: string; readonly port: number; readonly open: boolean };
  readonly listed: ModelFilter;
  /** What is done with weights. */
  readonly weights: WeightsChoice;
  /** Of `sagent slack`. */
  readonly slack: { readonly personaDir: string | undefined; readonly logPrefix: string; readonly routerLog: string };
  readonly maxRequestTokens: number | undefined;
  readonly maxResponseTokens: number | undefined;
  readonly session: SessionChoice;
  readonly label: string;
  readonly inputFormat: InputFormat;
  readonly outputFormat: OutputFormat;
  /** JSON Schema of the answer, or the path of a file that has it. */
  readonly outputSchema: string | undefined;
  readonly debug: boolean;
}

/** Checks the flags. Throws `UsageError`. */
export function readConfig(flags: Flags, cwd = process.cwd()): Config {
  return {
    cwd: resolve(cwd, flags.cwd ?? "."),
    cwdGiven: flags.cwd !== undefined,
    prompt: flags.print,
    provider: flags.provider,
    model: flags.model,
    baseUrl: flags["base-url"] === undefined ? undefined : url("base-url", flags["base-url"]),
    fallback: names("fallback", flags.fallback, "models") ?? [],
    waitForLimits: flags["wait-for-limits"] ?? false,
    auth: flags.auth === undefined ? undefined : oneOf("auth", flags.auth, [...keySources, ...loginWays]),
    account: flags.account === undefined ? undefined : checkAccount(flags.account),
    checkKey: !flags["no-check"],
    knobs: knobs(flags),
    contain: flags.contain ?? false,
    trust: flags.trust ?? false,
    mcp: flags.mcp ?? [],
    mcpChoice: {
      scope: flags.scope === undefined ? undefined : oneOf("scope", flags.scope, mcpScopes),
      headers: flags.header ?? [],
      variables: flags.set ?? [],
      sse: flags.sse ?? false,
      http: flags.http ?? false,
    },
    tools: toolNames(flags.tools),
    toolSettings: new ToolSettings(flags.tool),
    disallowTools: names("disallow-tools", flags["disallow-tools"], "tools") ?? [],
    system: flags.system,
    addDirs: (flags["add-dir"] ?? []).map((dir) => resolve(cwd, dir)),
    compact: !flags["no-compact"],
    listLimit: count("resume-limit", flags["resume-limit"]) ?? 20,
    maxRounds: count("max-rounds", flags["max-rounds"]),
    maxBudgetUsd: amount("max-budget-usd", flags["max-budget-usd"]),
    maxDepth: flags["max-depth"] === "0" ? 0 : count("max-depth", flags["max-depth"]),
    allowProviders: names("allow-providers", flags["allow-providers"], "providers")?.map((name) => name.toLowerCase()),
    resumePersistent: !flags["no-resume-persistent"],
    advisor: advisor(flags),
    terminal: flags.terminal ?? false,
    serve: { host: flags.host ?? "127.0.0.1", port: port(flags.port), open: !flags["no-open"] },
    slack: {
      personaDir: flags["persona-dir"] === undefined ? undefined : resolve(cwd, flags["persona-dir"]),
      logPrefix: flags["log-prefix"] ?? "agent-",
      routerLog: (flags["router-log-channel"] ?? "router-log").replace(/^#/, ""),
    },
    maxRequestTokens: count("max-request-tokens", flags["max-request-tokens"]),
    maxResponseTokens: count("max-response-tokens", flags["max-response-tokens"]),
    session: sessionChoice(flags),
    label: label(flags.name ?? "main"),
    inputFormat: oneOf("input-format", flags["input-format"] ?? "text", inputFormats),
    outputFormat: oneOf("output-format", flags["output-format"] ?? (flags.json ? "json" : "text"), outputFormats),
    listed: modelFilter(flags),
    weights: {
      yes: flags.yes ?? false,
      onnx: flags.onnx ?? false,
      limit: count("limit", flags.limit) ?? 20,
      runs: count("runs", flags.runs) ?? 3,
    },
    outputSchema: flags["output-schema"],
    debug: flags.debug ?? false,
  };
}

function modelFilter({ usable = false, images = false, "max-price": price, "min-window": window }: Flags): ModelFilter {
  return {
    usable,
    images,
    maxPriceUsd: price === "0" ? 0 : amount("max-price", price),
    minWindowTokens: count("min-window", window),
  };
}

function knobs({ effort, thinking }: Flags): Knobs {
  return {
    effort: effort === undefined ? undefined : oneOf("effort", effort, efforts),
    thinking: thinking === undefined ? undefined : oneOf("thinking", thinking, thinkingModes),
  };
}

function toolNames(given: string | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names = given.split(/[\s,]+/).filter((name) => name !== "");
  if (names.length === 0) throw new UsageError("--tools needs the names of tools, or none.");
  return names.length === 1 && names[0]?.toLowerCase() === "none" ? [] : names;
}

function names(flag: string, given: string | undefined, what: string): readonly string[] | undefined {
  const found = given?.split(/[\s,]+/).filter((name) => name !== "");
  if (found?.length === 0) throw new UsageError(`--${flag} needs the names of ${what}.`);
  return found;
}

function advisor(flags: Flags): Config["advisor"] {
  const maxUses = count("advisor-max-uses", flags["advisor-max-uses"]);
  if (flags.advisor !== undefined) return { model: flags.advisor, maxUses };
  if (maxUses !== undefined) throw new UsageError("--advisor-max-uses needs --advisor MODEL.");
  return undefined;
}

function sessionChoice(flags: Flags): SessionChoice {
  if (flags.session === "") throw new UsageError("--session needs a directory.");
  const choices: SessionChoice[] = [];
  if (flags.continue) choices.push({ type: "newest" });
  if (flags.resume !== undefined) choices.push({ type: "byId", id: flags.resume });
  if (flags.session !== undefined) choices.push({ type: "dir", dir: resolve(flags.session) });
  if (flags.ephemeral) choices.push({ type: "none" });
  const [choice, other] = choices;
  if (other) throw new UsageError("Give only one of --continue, --resume, --session and --ephemeral.");
  return choice ?? { type: "new" };
}

function oneOf<Value extends string>(name: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} cannot be "${value}".`, { hint: `Choose one of: ${allowed.join(", ")}.` });
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new UsageError(`--${name} must be a whole number of at least 1, not "${value}".`);
}

function port(value = "0"): number {
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new UsageError(`--port must be a number from 0 to 65535, not "${value}".`);
}

function amount(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const usd = Number(value);
  if (value.trim() !== "" && Number.isFinite(usd) && usd > 0) return usd;
  throw new UsageError(`--${name} must be an amount above zero, not "${value}".`);
}

function url(name: string, value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw new UsageError(`--${name} must be an http or https URL, not "${value}".`);
}

function label(value: string): string {
  if (/^[\w.-]{1,64}$/.test(value)) return value;
  throw new UsageError(`--name may hold letters, digits, ".", "_" and "-", not "${value}".`);
}
