/** Logins to MCP servers, in the credential file: by the server's address, so that none is sent to another of its name. */
import { OAuthTokensSchema } from "@modelcontextprotocol/sdk/shared/auth.js";
import {
  type Account,
  changeCredentials,
  credentialPath,
  defaultAccount,
  readCredentials,
} from "../providers/credential-file.ts";
import { noteSecret } from "../providers/secrets.ts";
import { type Login, type LoginStore, loginSchema } from "../tools/mcp/oauth.ts";

type Env = Readonly<Record<string, string | undefined>>;

const keyOf = (url: string) => `mcp:${url}`;

export function loginStore(env: Env): LoginStore {
  return {
    async read(url) {
      const { accounts, problem } = readCredentials(env);
      if (problem) throw problem;
      return loginIn(accounts.get(keyOf(url))?.get(defaultAccount), url, env);
    },
    async change(url, change) {
      noteSecrets(env, url, change);
      await changeCredentials(env, (file) => {
        const login = loginIn(file.accounts.get(keyOf(url))?.get(defaultAccount), url, env);
        const key = JSON.stringify({ ...login, ...change });
        file.put(keyOf(url), defaultAccount, { type: "key", key, savedAt: Date.now() });
      });
    },
    renew: (url, stale, ask) => renewLogin(env, url, stale, ask),
  };
}

/** Under the lock of the file. */
export async function renewLogin(
  env: Env,
  url: string,
  stale: string,
  ask: () => Promise<Response>,
): Promise<Response> {
  const { result } = await changeCredentials(env, async (file) => {
    const login = loginIn(file.accounts.get(keyOf(url))?.get(defaultAccount), url, env);
    const kept = login?.tokens;
    if (kept?.refresh_token !== undefined && kept.refresh_token !== stale) {
      const { issuer: _, ...tokens } = kept;
      return Response.json(tokens);
    }
    const response = await ask();
    const raw: unknown = response.ok ? await response.clone().json() : undefined;
    const { data } = OAuthTokensSchema.safeParse(raw);
    if (data) {
      const renewed = { ...login, tokens: { refresh_token: stale, ...data, issuer: kept?.issuer } };
      noteSecrets(env, url, renewed);
      file.put(keyOf(url), defaultAccount, { type: "key", key: JSON.stringify(renewed), savedAt: Date.now() });
    }
    return response;
  });
  return result;
}

function loginIn(account: Account | undefined, url: string, env: Env): Login | undefined {
  if (account?.type !== "key") return undefined;
  const login = loginSchema.parse(JSON.parse(account.key));
  noteSecrets(env, url, login);
  return login;
}

/** Whether there was one. */
export async function forgetLogin(url: string, env: Env): Promise<boolean> {
  const { result } = await changeCredentials(env, (file) => file.remove(keyOf(url), defaultAccount));
  return result;
}

/** The file knows the whole of it as one secret; what would be quoted is a part. */
function noteSecrets(env: Env, url: string, { client, tokens }: Login): void {
  for (const secret of [client?.client_secret, tokens?.access_token, tokens?.refresh_token]) {
    if (secret !== undefined) noteSecret(credentialPath(env), `login of ${new URL(url).host}`, secret);
  }
}
