/** Servers of the Model Context Protocol as they are written down: in the shape of Claude Code's `.mcp.json`. */
import { z } from "zod";
import { ConfigError } from "../../agent/error.ts";

type Env = Readonly<Record<string, string | undefined>>;

export const samplingRules = ["ask", "allow", "deny"] as const;

/** The person's identity provider, which says to a server's login who they are (SEP-990). */
export interface IdentityConfig {
  readonly issuer: string;
  /** Ours at the identity provider. */
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  /** The person's ID token; or else a command that prints one. */
  readonly idToken?: string | undefined;
  readonly idTokenCommand?: readonly string[] | undefined;
}

/** How we log in where that is not found out by asking the server. Without `grant` and `identity` a person does it in a browser. */
export interface LoginConfig {
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** Where a server finds out about us (SEP-991). */
  readonly clientMetadataUrl?: string | undefined;
  readonly scope?: string | undefined;
  /** The port that the browser comes back to; a free one where absent. */
  readonly callbackPort?: number | undefined;
  readonly grant?: "client_credentials" | undefined;
  /** PEM; signs assertions in place of a secret. */
  readonly privateKey?: string | undefined;
  readonly algorithm?: string | undefined;
  readonly identity?: IdentityConfig | undefined;
}

export type Reach =
  | {
      readonly type: "stdio";
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string | undefined;
    }
  | {
      /** `http` is streamable HTTP, and SSE where the server knows only that. */
      readonly type: "http" | "sse";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly oauth?: LoginConfig | undefined;
    };

export interface ServerConfig {
  readonly name: string;
  /** The file or flag that it comes from, as sentences call it. */
  readonly from: string;
  /** Texts as they were written: variables are put in when the server is started. */
  readonly reach: Reach;
  readonly disabled: boolean;
  /** How long a call may be silent, in ms. */
  readonly timeoutMs?: number | undefined;
  /** Whether it may ask our model: after a person said yes, always, or never. */
  readonly sampling: (typeof samplingRules)[number];
}

const texts = z.record(z.string(), z.string());

const common = {
  disabled: z.boolean().optional(),
  timeout: z.number().positive().max(86_400_000).optional(),
  sampling: z.enum(samplingRules).optional(),
};

const identity = z
  .object({
    issuer: z.string().min(1),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1).optional(),
    idToken: z.string().min(1).optional(),
    idTokenCommand: z.array(z.string()).min(1).optional(),
  })
  .refine(({ idToken, idTokenCommand }) => (idToken === undefined) !== (idTokenCommand === undefined), {
    error: "it has either idToken or idTokenCommand",
  });

const loginFields = z.object({
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  clientMetadataUrl: z.url().optional(),
  scope: z.string().min(1).optional(),
  callbackPort: z.int().min(1).max(65_535).optional(),
  grant: z.literal("client_credentials").optional(),
  privateKey: z.string().min(1).optional(),
  algorithm: z.string().min(1).optional(),
  identity: identity.optional(),
});

const login = loginFields.refine(
  ({ identity, clientId, grant }) => !identity || (clientId !== undefined && grant === undefined),
  { error: "identity needs a clientId beside it, and no grant" },
);

const stdio = z.object({
  ...common,
  type: z.literal("stdio").optional(),
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: texts.optional(),
  cwd: z.string().min(1).optional(),
});

const remote = z.object({
  ...common,
  type: z.enum(["http", "streamable-http", "sse"]).optional(),
  url: z.string().min(1),
  headers: texts.optional(),
  oauth: login.optional(),
});

const file = z.looseObject({ mcpServers: z.record(z.string().min(1).max(200), z.unknown()) });

export interface Found {
  readonly servers: readonly ServerConfig[];
  /** A sentence for each entry that makes no sense; it hinders no other. */
  readonly problems: readonly string[];
}

/** Reads `{"mcpServers": {NAME: …}}`. Throws `ConfigError` for anything else. `from` names the text in sentences. */
export function readServers(text: string, from: string): Found {
  const parsed = file.safeParse(parse(text, from));
  if (!parsed.success) {
    throw new ConfigError(`${from} does not say what its MCP servers are.`, {
      hint: 'It is to be {"mcpServers": {"NAME": {"command": "…", "args": ["…"]}}}.',
    });
  }
  const entries = Object.entries(parsed.data.mcpServers).map(([name, raw]) => readServer(name, raw, from));
  return {
    servers: entries.filter((each) => typeof each === "object"),
    problems: entries.filter((each) => typeof each === "string"),
  };
}

function parse(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${from} is not JSON.`, { cause });
  }
}

/** One entry; a sentence where it makes no sense. */
export function readServer(name: string, raw: unknown, from: string): ServerConfig | string {
  const isRemote = typeof raw === "object" && raw !== null && "url" in raw;
  const parsed = isRemote ? remote.safeParse(raw) : stdio.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue && issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : "";
    return `The MCP server "${name}" of ${from} is left out: ${at}${issue?.message ?? "it makes no sense"}.`;
  }
  const { data } = parsed;
  const { disabled = false, timeout, sampling = "ask" } = data;
  return { name, from, reach: reachOf(data), disabled, sampling, timeoutMs: timeout };
}

function reachOf(data: z.output<typeof stdio> | z.output<typeof remote>): Reach {
  if ("url" in data) {
    const { type, url, headers = {}, oauth } = data;
    return { type: type === "sse" ? "sse" : "http", url, headers, oauth };
  }
  const { command, args = [], env = {}, cwd } = data;
  return { type: "stdio", command, args, env, cwd };
}

/** Puts the environment's values in place of `${NAME}` and `${NAME:-DEFAULT}`. Throws `ConfigError` for one that is not set. */
export function expand(text: string, env: Env): string {
  return text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_, name: string, other: string | undefined) => {
    const value = env[name] ?? other;
    if (value !== undefined) return value;
    throw new ConfigError(`it needs the variable ${name}, which is not set`);
  });
}

/** Where and how a server is reached, with the environment's values in it. */
export function expanded(reach: Reach, env: Env): Reach {
  const all = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, expand(text, env)]));
  const of = (text: string | undefined) => (text === undefined ? undefined : expand(text, env));
  switch (reach.type) {
    case "stdio": {
      const { command, args, cwd } = reach;
      const words = args.map((each) => expand(each, env));
      return { type: "stdio", command: expand(command, env), args: words, env: all(reach.env), cwd: of(cwd) };
    }
    case "http":
    case "sse": {
      const { type, oauth } = reach;
      const secret = { clientSecret: of(oauth?.clientSecret), privateKey: of(oauth?.privateKey) };
      const identity = oauth?.identity && expandedIdentity(oauth.identity, env);
      const login = oauth && { ...oauth, clientId: of(oauth.clientId), ...secret, identity };
      return { type, url: webUrl(expand(reach.url, env)), headers: all(reach.headers), oauth: login };
    }
  }
}

function expandedIdentity(identity: IdentityConfig, env: Env): IdentityConfig {
  const { clientSecret, idToken, idTokenCommand } = identity;
  return {
    issuer: webUrl(expand(identity.issuer, env)),
    clientId: expand(identity.clientId, env),
    ...(clientSecret === undefined ? {} : { clientSecret: expand(clientSecret, env) }),
    ...(idToken === undefined ? {} : { idToken: expand(idToken, env) }),
    ...(idTokenCommand === undefined ? {} : { idTokenCommand: idTokenCommand.map((word) => expand(word, env)) }),
  };
}

function webUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new ConfigError("its url is no http or https address");
}
