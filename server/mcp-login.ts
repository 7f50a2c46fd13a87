/** `sagent mcp login NAME`: a person logs in to a server in a browser, which comes back to this machine. */
import { ConfigError, messageOf, UsageError } from "../agent/error.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { expanded, type Reach, type ServerConfig } from "../tools/mcp/config.ts";
import type { Login, LoginStore, Visit } from "../tools/mcp/oauth.ts";
import { McpServer } from "../tools/mcp/server.ts";
import type { Config } from "./config.ts";
import { forgetLogin, loginStore } from "./mcp-logins.ts";
import { surroundingsOf } from "./mcp-sources.ts";
import { openUrl } from "./open-url.ts";
import { note } from "./output.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { isSame, randomCode } from "./token.ts";

type Env = Readonly<Record<string, string | undefined>>;

const patienceMs = 300_000;

/** Resolves to the exit code. Throws `SagentError`; the login that was there before is kept then. */
export async function logIn(config: ServerConfig, run: Config, env: Env): Promise<number> {
  const { url, oauth } = remoteOf(config, env);
  const kept = loginStore(env);
  const draft = await draftStore(kept, url);
  await using visit = startVisit(oauth?.callbackPort, (address) => {
    const isOpened = openUrl(address, withoutSecrets(env));
    note(isOpened ? `log in in the browser; if no page opened, go to ${address}` : `to log in, open ${address}`);
  });
  const around = { ...surroundingsOf(run, env), logins: draft, visit };
  await using server = new McpServer(config, "login", around);
  try {
    await server.open();
  } catch (error) {
    throw new ConfigError(`The login to ${config.name} failed: ${messageOf(error)}.`, { cause: error });
  }
  const login = draft.last();
  if (!login?.tokens) {
    await writeOut(printable(`${config.name} needs no login.\n`));
    return 0;
  }
  await kept.change(url, { client: undefined, wanted: undefined, ...login });
  await writeOut(printable(`Logged in to ${config.name} (${url}).\n`));
  return 0;
}

export async function logOut(config: ServerConfig, env: Env): Promise<number> {
  const { url } = remoteOf(config, env);
  const wasThere = await forgetLogin(url, env);
  await writeOut(printable(wasThere ? `Forgot the login to ${config.name}.\n` : `${config.name} had no login.\n`));
  return 0;
}

function remoteOf({ name, reach }: ServerConfig, env: Env): Extract<Reach, { url: string }> {
  const full = expanded(reach, env);
  if (full.type !== "stdio") return full;
  throw new UsageError(`${name} is a program on this machine and needs no login here.`);
}

/** Begins anew, but for the scopes that were found to be missing. */
async function draftStore(kept: LoginStore, url: string): Promise<LoginStore & { last(): Login | undefined }> {
  const wanted = (await kept.read(url))?.wanted;
  let draft: Login | undefined = wanted === undefined ? undefined : { wanted };
  return {
    read: async () => draft,
    async change(_url, change) {
      draft = { ...draft, ...change };
    },
    last: () => draft,
  };
}

/** Listens on this machine for the browser to come back. What comes with another state changes nothing. */
export function startVisit(port: number | undefined, open: (url: string) => void): Visit & AsyncDisposable {
  const state = randomCode();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  promise.catch(() => {});
  const timer = setTimeout(() => reject(new ConfigError("nobody logged in within five minutes")), patienceMs);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: port ?? 0,
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (request.method !== "GET" || pathname !== "/callback") return new Response(null, { status: 404 });
      if (!isSame(searchParams.get("state") ?? "", state)) return page("This is not the login that was begun.", 400);
      const code = searchParams.get("code");
      if (code !== null) {
        resolve(code);
        return page("You are logged in. Go back to sagent; this page may be closed.");
      }
      reject(new ConfigError(`the server refused it (${searchParams.get("error") ?? "without a reason"})`));
      return page("The login was refused. Go back to sagent; this page may be closed.");
    },
  });
  return {
    redirectUrl: `http://127.0.0.1:${server.port}/callback`,
    state,
    open: (url) => open(url.href),
    code: () => promise,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await server.stop();
    },
  };
}

function page(text: string, status = 200): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", connection: "close" };
  return new Response(`<!doctype html><meta charset="utf-8"><title>sagent</title><p>${text}</p>`, { status, headers });
}
