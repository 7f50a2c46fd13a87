/**
 * A person's own providers, models, prices and roles: `models.json` in their configuration, and `.sagent/models.json` of a
 * project that they trust. The nearest wins, field by field.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConfigError, messageOf } from "../agent/error.ts";
import { vendors } from "./auth.ts";
import { cliVendor } from "./cli/vendors.ts";
import type { ChatFacts } from "./compat-quirks.ts";
import { configDir, credentialPath } from "./credential-file.ts";
import { noteSecret } from "./secrets.ts";
import { isTrustedDir } from "./trust.ts";
import type { UserModel, UserModelsFile, UserProvider } from "./user-models-schema.ts";

export type { UserModel, UserProvider } from "./user-models-schema.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface UserModels {
  /** By the name that users type. */
  readonly providers: Readonly<Record<string, UserProvider>>;
  /** The files that were read, the farthest first. */
  readonly files: readonly string[];
  /** Sentences for the person: a file that was left alone. */
  readonly warnings: readonly string[];
}

export const noUserModels: UserModels = { providers: {}, files: [], warnings: [] };

/**
 * Reads the files that count in a directory. A project's file can lead conversations and keys to any address, so it is read
 * only where the person trusts the directory, or with `trust`. Throws `ConfigError` that names the file, the place in it and
 * what is wrong there.
 */
export async function loadUserModels(
  env: Env,
  cwd: string,
  { trust = false }: { readonly trust?: boolean } = {},
): Promise<UserModels> {
  const dir = configDir(env);
  const own = dir === undefined ? undefined : join(dir, "models.json");
  const base = own !== undefined && existsSync(own) ? await readFile(own) : undefined;
  const far: Read[] = own !== undefined && base ? [[own, base]] : [];
  const project = projectFile(resolve(cwd));
  if (project === undefined) return merged(far, [], env);
  if (!trust && !isTrustedDir(dirname(project), env)) {
    const warning = `${project} is not read: it could lead your keys anywhere. If you trust this project, say so: sagent trust`;
    return merged(far, [warning], env);
  }
  return merged([...far, [project, await readFile(project)]], [], env);
}

type Read = readonly [path: string, file: UserModelsFile];

function projectFile(dir: string): string | undefined {
  const file = join(dir, ".sagent", "models.json");
  if (existsSync(file)) return file;
  const parent = dirname(dir);
  return parent === dir ? undefined : projectFile(parent);
}

async function readFile(path: string): Promise<UserModelsFile> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const detail = messageOf(error);
    throw new ConfigError(`${path} cannot be read: ${detail}.`, { hint: "Mend the file, or move it away." });
  }
  const { userModelsSchema } = await import("./user-models-schema.ts");
  const { data, error } = userModelsSchema.safeParse(json);
  if (!data)
    throw wrong(
      path,
      error.issues.map(({ path, message }) => `${place(path)}: ${message}`),
    );
  const strays = misplaced(data);
  if (strays.length > 0) throw wrong(path, strays);
  return data;
}

function wrong(path: string, found: readonly string[]): ConfigError {
  const [first = "", ...more] = found;
  return new ConfigError(`${path} is wrong at ${first}.`, {
    hint: more.length > 0 ? `Wrong too: ${more.slice(0, 5).join("; ")}.` : "docs/models.md says what may stand there.",
  });
}

/** `providers.acme.models["a.b"].prices[0].input`. */
function place(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^\w[\w-]*$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(String(step))}]`;
  });
  return steps.join("").replace(/^\./, "") || "its top";
}

const chatFields = ["headers", "extraBody", "reasoningField"] as const;

const isKnown = (name: string) => vendors.some((vendor) => vendor.name === name);

/** What the shape alone does not tell. */
function misplaced({ providers = {} }: UserModelsFile): string[] {
  return Object.entries(providers).flatMap(([name, own]) => {
    const at = place(["providers", name]);
    if (name === "local") return [`${at}: models in the process are chosen by their weights, not here`];
    if (cliVendor(name)) return [`${at}: a vendor's program has its own settings`];
    const vendor = vendors.find((each) => each.name === name);
    const foreign = chatFields.filter((field) => own[field] !== undefined && vendor && vendor.wire !== "chat");
    return foreign.map((field) => `${at}.${field}: ${name} does not speak the chat wire, which alone has it`);
  });
}

/**
 * How a person's file says that a server is spoken to. The value of a header that begins with `$` is that variable of the
 * environment; a header whose variable is not set is left out.
 */
export function chatFacts({ headers = {}, extraBody, reasoningField }: UserProvider, env: Env): ChatFacts {
  const told = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    const said = value.startsWith("$") ? env[value.slice(1)]?.trim() : value;
    return said ? [[name, said]] : [];
  });
  return {
    headers: Object.fromEntries(told),
    ...(extraBody && { extraBody }),
    ...(reasoningField !== undefined && { reasoningField }),
  };
}

function merged(files: readonly Read[], warnings: readonly string[], env: Env): UserModels {
  const providers: Record<string, UserProvider> = {};
  for (const [, file] of files) {
    for (const [name, near] of Object.entries(file.providers ?? {})) providers[name] = nearer(providers[name], near);
  }
  const [nearest = ""] = files.at(-1) ?? [];
  const lost = Object.keys(providers).filter((name) => !isKnown(name) && providers[name]?.baseUrl === undefined);
  const needs = (name: string) => `${place(["providers", name])}.baseUrl: a provider of your own needs one`;
  if (lost.length > 0) throw wrong(nearest, lost.map(needs));
  for (const name of Object.values(providers).flatMap(secretVars)) {
    const value = env[name]?.trim();
    // No child process gets it, and no error quotes it.
    if (value) noteSecret(credentialPath(env), name, value);
  }
  return { providers, files: files.map(([path]) => path), warnings };
}

function secretVars({ keyVar, headers = {} }: UserProvider): string[] {
  const inHeaders = Object.values(headers).filter((value) => value.startsWith("$"));
  return [...(keyVar === undefined ? [] : [keyVar]), ...inHeaders.map((value) => value.slice(1))];
}

function nearer(far: UserProvider | undefined, near: UserProvider): UserProvider {
  if (!far) return near;
  const models: Record<string, UserModel> = { ...far.models };
  for (const [id, model] of Object.entries(near.models ?? {})) models[id] = { ...models[id], ...model };
  return {
    ...far,
    ...near,
    headers: { ...far.headers, ...near.headers },
    extraBody: { ...far.extraBody, ...near.extraBody },
    roles: { ...far.roles, ...near.roles },
    models,
  };
}
