/** Where keys come from (the environment, never argv), and how they are kept out of child processes, logs and errors. */
import { UsageError } from "../agent/error.ts";
import { configDir, credentialPath, readCredentials } from "./credential-file.ts";
import type { ServerKind } from "./local/server/kinds.ts";
import { clientSecrets } from "./oauth-client.ts";
import { notedSecrets } from "./secrets.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** A service that models are reached through. `keyVars` are tried in order. */
export interface Vendor {
  /** As users type it; also `Provider.name` and `ModelInfo.provider`. */
  readonly name: string;
  /** As sentences call it. */
  readonly label: string;
  /** The protocol it speaks: the adapter to load. */
  readonly wire: "messages" | "responses" | "gemini" | "chat" | "program";
  readonly keyVars: readonly string[];
  readonly needsKey: boolean;
  /** Overrides `baseUrl`, for proxies and tests. */
  readonly baseUrlVar: string;
  /** Absent where the vendor's SDK knows it, or where only the user does. */
  readonly baseUrl?: string;
  /** The catalogue has nothing of it: it serves what it serves. */
  readonly open?: boolean;
  /** It runs on this machine and says itself what it serves. */
  readonly server?: ServerKind;
}

/** In the order in which a default is looked for. */
export const vendors: readonly Vendor[] = [
  hosted("anthropic", "Anthropic", "messages", ["ANTHROPIC_API_KEY"]),
  hosted("openai", "OpenAI", "responses", ["OPENAI_API_KEY"]),
  hosted("google", "Google", "gemini", ["GOOGLE_API_KEY", "GEMINI_API_KEY"]),
  { ...hosted("moonshot", "Moonshot", "chat", ["MOONSHOT_API_KEY"]), baseUrl: "https://api.moonshot.ai/v1" },
  {
    ...hosted("dashscope", "DashScope", "chat", ["DASHSCOPE_API_KEY"]),
    baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
  },
  { ...hosted("minimax", "MiniMax", "chat", ["MINIMAX_API_KEY"]), baseUrl: "https://api.minimax.io/v1" },
  {
    name: "openai-compat",
    label: "The OpenAI-compatible server",
    wire: "chat",
    keyVars: ["OPENAI_COMPAT_API_KEY"],
    needsKey: false,
    baseUrlVar: "OPENAI_COMPAT_BASE_URL",
    open: true,
  },
  onMachine("llamacpp", "The llama.cpp server", "LLAMA_CPP"),
  { ...onMachine("ollama", "Ollama", "OLLAMA"), open: true },
  { ...onMachine("lmstudio", "LM Studio", "LM_STUDIO"), open: true },
  { ...onMachine("vllm", "vLLM", "VLLM"), open: true },
];

/** `prefix` begins its variables. */
function onMachine(server: ServerKind, label: string, prefix: string): Vendor {
  const vars = { keyVars: [`${prefix}_API_KEY`], needsKey: false, baseUrlVar: `${prefix}_BASE_URL` };
  return { name: server, label, wire: "chat", server, ...vars };
}

function hosted(name: string, label: string, wire: Vendor["wire"], keyVars: readonly string[]): Vendor {
  return { name, label, wire, keyVars, needsKey: true, baseUrlVar: `${name.toUpperCase()}_BASE_URL` };
}

/** The vendor of a name in any case. Throws `UsageError` with the names there are. */
export function vendorOf(name: string): Vendor {
  const vendor = vendors.find((each) => each.name === name.toLowerCase());
  if (vendor) return vendor;
  const known = [...vendors.map((each) => each.name), "local"].join(", ");
  throw new UsageError(`There is no provider "${name}".`, { hint: `Choose one of: ${known}.` });
}

/** The vendor's key in the environment; blank counts as unset. */
export function findKey(vendor: Vendor, env: Env): string | undefined {
  return vendor.keyVars.map((name) => env[name]?.trim()).find(Boolean);
}

const hubTokens = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"];
/** Of the engines and services that tools call. */
const serviceKeys = [
  ...["TAVILY_API_KEY", "EXA_API_KEY", "BRAVE_API_KEY", "SERPER_API_KEY"],
  ...["SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY"],
  ...["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "LINEAR_API_KEY"],
];
const otherSecrets: readonly string[] = ["ANTHROPIC_AUTH_TOKEN", "SAGENT_SECRET", ...hubTokens, ...serviceKeys];
const secretVars: ReadonlySet<string> = new Set([...vendors.flatMap((vendor) => vendor.keyVars), ...otherSecrets]);

const isSecretVar = (name: string) => secretVars.has(name) || name.startsWith("SAGENT_OAUTH_");

/** Shorter values are left alone: they would match ordinary words. */
const shortestSecret = 8;

interface Secret {
  readonly name: string;
  readonly value: string;
}

/**
 * The environment for child processes: without provider credentials and the other secrets that we read, under whatever
 * name one of the credential file stands.
 */
export function withoutSecrets(env: Env): Record<string, string> {
  const kept: Record<string, string> = {};
  const secrets = secretsOfFiles(env);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || isSecretVar(name) || secrets.some((secret) => value.includes(secret.value))) continue;
    kept[name] = value;
  }
  return kept;
}

/** Replaces every secret of the environment and of the credential file that stands in a text by its name, in brackets. */
export function redact(text: string, env: Env): string {
  return redactor(env)(text);
}

/** The same for many texts: the files are read once, now. */
export function redactor(env: Env): (text: string) => string {
  const secrets = [...secretsOfEnv(env), ...secretsOfFiles(env)].sort((a, b) => b.value.length - a.value.length);
  return (text) => secrets.reduce((safe, { name, value }) => safe.replaceAll(value, `[${name}]`), text);
}

function secretsOfEnv(env: Env): Secret[] {
  const named = [...secretVars].map((name) => ({ name, value: env[name]?.trim() ?? "" }));
  return named.filter(({ value }) => value.length >= shortestSecret);
}

function secretsOfFiles(env: Env): Secret[] {
  if (!configDir(env)) return [];
  readCredentials(env);
  const client = clientSecrets(env).map((value) => ({ name: "OAuth client secret", value }));
  return [...notedSecrets(credentialPath(env)), ...client].filter(({ value }) => value.length >= shortestSecret);
}
