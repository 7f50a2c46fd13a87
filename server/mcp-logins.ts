/** Logins to MCP servers, in the credential file: by the server's address, so that none is sent to another of its name. */
import { changeCredentials, credentialPath, defaultAccount, readCredentials } from "../providers/credential-file.ts";
import { noteSecret } from "../providers/secrets.ts";
import { type Login, type LoginStore, loginSchema } from "../tools/mcp/oauth.ts";

type Env = Readonly<Record<string, string | undefined>>;

const keyOf = (url: string) => `mcp:${url}`;

export function loginStore(env: Env): LoginStore {
  return {
    async read(url) {
      const { accounts, problem } = readCredentials(env);
      if (problem) throw problem;
      const account = accounts.get(keyOf(url))?.get(defaultAccount);
      if (account?.type !== "key") return undefined;
      const login = loginSchema.parse(JSON.parse(account.key));
      noteSecrets(env, url, login);
      return login;
    },
    async write(url, login) {
      noteSecrets(env, url, login);
      const key = JSON.stringify(login);
      await changeCredentials(env, (file) =>
        file.put(keyOf(url), defaultAccount, { type: "key", key, savedAt: Date.now() }),
      );
    },
  };
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
