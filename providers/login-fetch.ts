/** A `fetch` for the SDKs that carries a login's token, renews it in time, and once more where the vendor refuses it. */
import { AbortedError } from "../agent/error.ts";
import { AuthRefreshError } from "../agent/provider-error.ts";
import type { Env } from "./auth.ts";
import { changeCredentials, defaultAccount, type TokenAccount } from "./credential-file.ts";
import { findClient } from "./oauth-client.ts";
import { patientFetch } from "./watchdog.ts";

const earlyMs = 300_000;

export interface LoginOptions {
  /** As users type the provider, and as sentences call it. */
  readonly name: string;
  readonly label: string;
  readonly env: Env;
  readonly connectMs?: number | undefined;
  readonly login: { readonly account: string; readonly token: TokenAccount };
}

/** Headers that an SDK fills with a key. */
const keyHeaders = ["x-api-key", "x-goog-api-key"];

/** Throws `SagentError` from the call whose token could not be renewed. */
export function loginFetch(options: LoginOptions): typeof fetch {
  const inner = patientFetch(options.connectMs);
  const keeper = new TokenKeeper(options);
  const { headers: extra = {} } = findClient(options.name, options.env) ?? {};
  const carrying = (input: string | URL | Request, init: RequestInit | undefined, token: string): RequestInit => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    for (const name of keyHeaders) headers.delete(name);
    for (const [name, value] of Object.entries(extra)) headers.set(name, value);
    headers.set("authorization", `Bearer ${token}`);
    return { ...init, headers };
  };
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const again = input instanceof Request ? input.clone() : input;
    const token = await unlessAborted(keeper.current(), init?.signal);
    const response = await inner(input, carrying(input, init, token));
    if (response.status !== 401) return response;
    const next = await unlessAborted(keeper.renew(token), init?.signal);
    await response.body?.cancel();
    return inner(again, carrying(again, init, next));
  };
  return Object.assign(send, { preconnect: inner.preconnect });
}

/** A renewal is for all who use the login, so it goes on when one of them does not wait for it any more. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal | null | undefined): Promise<Value> {
  if (!signal) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new AbortedError());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

/** The token of one login, shared by all calls of a process and, through the file, by all processes. */
export class TokenKeeper {
  readonly #options: LoginOptions;
  #held: TokenAccount;
  #renewing: Promise<TokenAccount> | undefined;

  constructor(options: LoginOptions) {
    this.#options = options;
    this.#held = options.login.token;
  }

  /** The access token, renewed where it is about to expire. While it holds, a server that fails is no hindrance. */
  async current(): Promise<string> {
    const { accessToken } = this.#held;
    if (isValid(this.#held, leadOf(this.#held))) return accessToken;
    try {
      return await this.renew(accessToken);
    } catch (error) {
      if (isValid(this.#held, 0) && !(error instanceof AuthRefreshError)) return accessToken;
      throw error;
    }
  }

  /** Another access token than the one that was refused, or that is about to expire. */
  async renew(stale: string): Promise<string> {
    if (this.#held.accessToken !== stale) return this.#held.accessToken;
    this.#renewing ??= this.#renew(stale).finally(() => {
      this.#renewing = undefined;
    });
    this.#held = await this.#renewing;
    return this.#held.accessToken;
  }

  /** Under the lock of the file: what a sibling has renewed is taken over, else it is renewed and written. */
  async #renew(stale: string): Promise<TokenAccount> {
    const { env, name, login } = this.#options;
    const { result } = await changeCredentials(env, async (file) => {
      const saved = file.accounts.get(name)?.get(login.account);
      if (saved?.type !== "oauth") throw this.#over("it is no longer in the credential file");
      if (saved.accessToken !== stale && isValid(saved, 0)) return saved;
      const next = await this.#refresh(saved);
      file.put(name, login.account, next);
      return next;
    });
    return result;
  }

  async #refresh(saved: TokenAccount): Promise<TokenAccount> {
    const { env, name, label } = this.#options;
    const { refreshToken, clientId } = saved;
    if (refreshToken === undefined) throw this.#over("it came without a way to renew it");
    const client = findClient(name, env);
    if (client?.clientId !== clientId) throw this.#over(`the OAuth client ${clientId} is no longer configured`);
    const { refresh } = await import("./oauth.ts");
    return refresh({ ...saved, refreshToken }, client, { label, command: this.#command() });
  }

  #over(detail: string): AuthRefreshError {
    return new AuthRefreshError({ provider: this.#options.label, detail, command: this.#command() });
  }

  #command(): string {
    const { name, login } = this.#options;
    return `sagent login ${name}${login.account === defaultAccount ? "" : ` --account ${login.account}`}`;
  }
}

/** How long before its end a token is renewed: five minutes, or half the life of one that lives for less than ten. */
function leadOf({ expiresAt, savedAt }: TokenAccount): number {
  return expiresAt === undefined ? 0 : Math.min(earlyMs, (expiresAt - savedAt) / 2);
}

function isValid({ expiresAt }: TokenAccount, leadMs: number): boolean {
  return expiresAt === undefined || Date.now() + leadMs < expiresAt;
}
