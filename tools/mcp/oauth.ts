/** A login to a server (OAuth 2.1, RFC 9728, RFC 7591), for the SDK, which knows the protocol; what it learns is kept by a store. */
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { createPrivateKeyJwtAuth } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import {
  type OAuthClientInformationMixed,
  OAuthClientInformationSchema,
  type OAuthClientMetadata,
  type OAuthTokens,
  OAuthTokensSchema,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import type { LoginConfig } from "./config.ts";
import { type CommandPlace, crossApp } from "./cross-app.ts";
import { LoginNeededError } from "./failure.ts";

/** What is kept of a login, as JSON. */
export const loginSchema = z.looseObject({
  client: z.looseObject({ ...OAuthClientInformationSchema.shape, issuer: z.string().optional() }).optional(),
  tokens: OAuthTokensSchema.optional(),
  /** Scopes that a call was refused for want of; the next login asks for them. */
  wanted: z.string().optional(),
});
export type Login = z.infer<typeof loginSchema>;

/** Where logins are kept, by the address of the server. */
export interface LoginStore {
  read(url: string): Promise<Login | undefined>;
  /** Keeps what has changed of it; `undefined` forgets a part. The rest stays as it is, whoever wrote it last. */
  change(url: string, change: Login): Promise<void>;
  /**
   * Asks for new tokens while nobody else does, in this process or another: of a refresh token that is used twice some servers
   * conclude that it was stolen. Where another has renewed `stale` already, its tokens are the answer. What comes is kept.
   */
  renew?(url: string, stale: string, ask: () => Promise<Response>): Promise<Response>;
}

/** The `fetch` for a server and for the one that gives its tokens, whose renewals take turns. */
export function renewingFetch(inner: FetchLike, url: string, store: LoginStore | undefined): FetchLike {
  return (target, init) => {
    const form = init?.body instanceof URLSearchParams ? init.body : undefined;
    const stale = form?.get("grant_type") === "refresh_token" ? form.get("refresh_token") : null;
    if (!store?.renew || stale === null || stale === undefined) return inner(target, init);
    return store.renew(url, stale, () => inner(target, init));
  };
}

export interface Visit {
  /** Where the browser comes back to. */
  readonly redirectUrl: string;
  readonly state: string;
  /** Sends the person there. */
  readonly open: (url: URL) => void;
  /** Waits for the browser to come back with a code. */
  readonly code: () => Promise<string>;
}

export interface ProviderOptions {
  readonly name: string;
  readonly url: string;
  readonly store: LoginStore;
  readonly oauth?: LoginConfig | undefined;
  /** A person who can log in now; without one a server that wants a login is refused. */
  readonly visit?: Visit | undefined;
  readonly place: CommandPlace;
}

export interface LoginProvider extends OAuthClientProvider {
  /** Takes note of what the server answers: a call that the login has too few rights for is helped by no renewal. */
  hear(response: Response): void;
}

/** Tokens that are there are used and renewed, with a person or without. */
export async function loginProvider({
  name,
  url,
  store,
  oauth = {},
  visit,
  place,
}: ProviderOptions): Promise<LoginProvider> {
  let login = (await store.read(url)) ?? {};
  let verifier = "";
  let isTooNarrow = false;
  /** What another process has renewed counts from then on. */
  const renewed = async () => {
    login = (await store.read(url)) ?? {};
    return login;
  };
  const save = async (change: Login) => {
    login = { ...login, ...change };
    await store.change(url, change);
  };
  const alone = withoutPerson(oauth, place);
  return {
    hear({ status, headers }) {
      const said = headers.get("www-authenticate") ?? "";
      isTooNarrow ||= status === 403 && /\berror="?insufficient_scope\b/.test(said);
    },
    redirectUrl: alone ? undefined : (visit?.redirectUrl ?? "http://127.0.0.1/callback"),
    clientMetadata: metadataOf(oauth, visit),
    ...(oauth.clientMetadataUrl === undefined ? {} : { clientMetadataUrl: oauth.clientMetadataUrl }),
    state: () => visit?.state ?? "",
    clientInformation: () => ownClient(oauth) ?? (visit || login.tokens ? login.client : noClient(name)),
    saveClientInformation: (client: OAuthClientInformationMixed) => save({ client }),
    async tokens() {
      const { tokens } = await renewed();
      if (!isTooNarrow || !tokens) return tokens;
      const { refresh_token: _, ...rest } = tokens;
      return rest;
    },
    async saveTokens(tokens: OAuthTokens) {
      if (visit) return save({ tokens, wanted: undefined });
      // Those of a renewal are kept already, and another process may have renewed them since.
      if (alone || !store.renew) return save({ tokens });
      login = { ...login, tokens };
    },
    saveCodeVerifier(code) {
      verifier = code;
    },
    codeVerifier: () => verifier,
    async redirectToAuthorization(to) {
      const isWidened = isTooNarrow;
      isTooNarrow = false;
      if (visit) return visit.open(to);
      const wanted = to.searchParams.get("scope");
      if (wanted !== null) await save({ wanted });
      throw new LoginNeededError(name, isWidened ? (wanted ?? "more rights") : undefined);
    },
    async invalidateCredentials(scope) {
      const refused = login.tokens?.refresh_token;
      const now = await renewed();
      if (scope === "all" || scope === "client") await save({ client: undefined });
      // A token that was used twice is over; the one that another process got for it is not.
      const isSame = now.tokens?.refresh_token === refused;
      if (isSame && (scope === "all" || scope === "tokens")) await save({ tokens: undefined });
    },
    ...alone,
  };
}

/** To register a client that nobody will use leaves litter at the server. */
function noClient(name: string): never {
  throw new LoginNeededError(name);
}

function ownClient({ clientId, clientSecret }: LoginConfig): OAuthClientInformationMixed | undefined {
  if (clientId === undefined) return undefined;
  return { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) };
}

function metadataOf(oauth: LoginConfig, visit: Visit | undefined): OAuthClientMetadata {
  const { scope, clientSecret } = oauth;
  const grant = oauth.identity ? "urn:ietf:params:oauth:grant-type:jwt-bearer" : oauth.grant;
  return {
    client_name: "sagent",
    redirect_uris: visit ? [visit.redirectUrl] : [],
    grant_types: grant === undefined ? ["authorization_code", "refresh_token"] : [grant],
    response_types: grant === undefined ? ["code"] : [],
    token_endpoint_auth_method: clientSecret === undefined ? "none" : "client_secret_basic",
    ...(scope === undefined ? {} : { scope }),
  };
}

/** How tokens are asked for where nobody has to be sent to a browser. */
function withoutPerson(oauth: LoginConfig, place: CommandPlace) {
  if (oauth.identity) return crossApp(oauth.identity, oauth.scope, place);
  return oauth.grant === "client_credentials" ? machine(oauth) : undefined;
}

/** RFC 6749 §4.4: no person, the client's own secret or a signed assertion (RFC 7523). */
function machine(oauth: LoginConfig): Pick<OAuthClientProvider, "prepareTokenRequest" | "addClientAuthentication"> {
  const { clientId, privateKey, algorithm = "RS256" } = oauth;
  return {
    prepareTokenRequest(scope = oauth.scope) {
      return new URLSearchParams({ grant_type: "client_credentials", ...(scope === undefined ? {} : { scope }) });
    },
    ...(privateKey === undefined || clientId === undefined
      ? {}
      : {
          addClientAuthentication: createPrivateKeyJwtAuth({
            issuer: clientId,
            subject: clientId,
            privateKey,
            alg: algorithm,
          }),
        }),
  };
}
