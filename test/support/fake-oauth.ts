/**
 * An authorization server on real HTTP that checks what it is sent as a strict one does: PKCE, state, redirect URI, the
 * client, codes that serve once, the pace of polling, and refresh tokens that rotate, where one that is used again ends
 * the whole login. `gate` puts it before a provider, which then takes live access tokens and no key.
 */
import { createHash } from "node:crypto";

export interface FakeOAuthOptions {
  /** Life of an access token in seconds; an hour unless given. */
  readonly lifeSec?: number;
  readonly clientSecret?: string;
  /** Where discovery finds the endpoints; nowhere where absent. */
  readonly metadata?: "openid-configuration" | "oauth-authorization-server";
  /** How long a refresh takes. */
  readonly refreshMs?: number;
  readonly pollSec?: number;
}

type Params = Readonly<Record<string, string>>;

export class FakeOAuth implements AsyncDisposable {
  readonly clientId = "client-of-the-test";
  /** What came that a well-behaved client does not send. */
  readonly violations: string[] = [];
  /** Parameters of each authorization that was asked for. */
  readonly asked: Params[] = [];
  readonly revoked: string[] = [];
  refreshes = 0;
  /** The status that the next refreshes are answered with. */
  refreshStatus = 200;
  readonly #options: FakeOAuthOptions;
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => this.#route(request),
  });
  readonly #codes = new Map<string, Params>();
  readonly #devices = new Map<string, { userCode: string; state: "pending" | "yes" | "no"; polledAt: number }>();
  /** Access tokens and when they end, in Unix ms. */
  readonly #access = new Map<string, number>();
  #refresh: string | undefined;
  #count = 0;

  constructor(options: FakeOAuthOptions = {}) {
    this.#options = options;
  }

  get url(): string {
    return this.#server.url.origin;
  }

  /** A client's configuration: by the issuer where there is metadata, else by endpoints. */
  get config() {
    const { clientSecret, metadata } = this.#options;
    const at = (path: string) => `${this.url}${path}`;
    const endpoints = { authorizationUrl: at("/authorize"), tokenUrl: at("/token"), deviceUrl: at("/device") };
    return {
      clientId: this.clientId,
      scopes: ["models", "offline"],
      ...(clientSecret === undefined ? {} : { clientSecret }),
      ...(metadata ? { issuer: this.url } : { ...endpoints, revocationUrl: at("/revoke") }),
    };
  }

  /** New tokens, as of a login that was made before. */
  issue(lifeSec = this.#options.lifeSec ?? 3600): { accessToken: string; refreshToken: string; expiresAt: number } {
    const expiresAt = Date.now() + lifeSec * 1000;
    const accessToken = this.#token("access");
    const refreshToken = this.#token("refresh");
    this.#access.set(accessToken, expiresAt);
    this.#refresh = refreshToken;
    return { accessToken, refreshToken, expiresAt };
  }

  /** The vendor forgets its access tokens, whatever the clock says. */
  forget(): void {
    this.#access.clear();
  }

  isLive(token: string): boolean {
    return (this.#access.get(token) ?? 0) > Date.now();
  }

  /** What the person's browser does with an address: it asks, and goes where it is sent. */
  async browse(url: string): Promise<Response> {
    return fetch(url, { redirect: "follow" });
  }

  answerDevice(userCode: string, state: "yes" | "no"): void {
    for (const device of this.#devices.values()) if (device.userCode === userCode) device.state = state;
  }

  /** A provider at `target` that takes a live token in place of its key, which `withKey` puts on the request. */
  gate(target: string, withKey: Params): { url: string } & AsyncDisposable {
    const { origin, pathname } = new URL(target);
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch: async (request) => {
        const key = request.headers.get("x-api-key") ?? request.headers.get("x-goog-api-key");
        if (key !== null) this.violations.push("a key beside the token");
        const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
        if (!this.isLive(token)) {
          const error = { type: "authentication_error", message: `no such token: ${token}` };
          return Response.json({ type: "error", error }, { status: 401 });
        }
        const headers = new Headers(request.headers);
        headers.delete("authorization");
        for (const [name, value] of Object.entries(withKey)) headers.set(name, value);
        const { pathname: path, search } = new URL(request.url);
        return fetch(origin + path + search, { method: request.method, headers, body: await request.arrayBuffer() });
      },
    });
    const url = server.url.origin + (pathname === "/" ? "" : pathname);
    return { url, [Symbol.asyncDispose]: () => server.stop(true) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  async #route(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === `/.well-known/${this.#options.metadata}`) return Response.json(this.#metadata());
    if (pathname === "/authorize") return this.#authorize(Object.fromEntries(searchParams));
    if (request.method !== "POST") return new Response(null, { status: 404 });
    const form = Object.fromEntries(new URLSearchParams(await request.text()));
    if (form.client_id !== this.clientId) return this.#refuse("invalid_client", "another client", 401);
    if (form.client_secret !== this.#options.clientSecret) return this.#refuse("invalid_client", "wrong secret", 401);
    if (pathname === "/device") return this.#device(form);
    if (pathname === "/token") return this.#grant(form);
    if (pathname !== "/revoke") return new Response(null, { status: 404 });
    this.revoked.push(form.token ?? "");
    return new Response(null, { status: 200 });
  }

  #metadata() {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      device_authorization_endpoint: `${this.url}/device`,
      revocation_endpoint: `${this.url}/revoke`,
      response_types_supported: ["code"],
    };
  }

  /** The person says yes unless `prompt` is `refuse`. */
  #authorize(asked: Params): Response {
    this.asked.push(asked);
    const { redirect_uri = "", state = "", code_challenge: challenge = "", prompt } = asked;
    const isOwn = asked.client_id === this.clientId && asked.response_type === "code";
    const isSealed = asked.code_challenge_method === "S256" && /^[\w-]{43}$/.test(challenge) && state.length >= 20;
    const isHere = URL.canParse(redirect_uri) && ["127.0.0.1", "localhost"].includes(new URL(redirect_uri).hostname);
    if (!isOwn || !isSealed || !isHere) return this.#refuse("invalid_request", JSON.stringify(asked));
    const back = new URL(redirect_uri);
    const code = this.#token("code");
    this.#codes.set(code, asked);
    const said: Params = prompt === "refuse" ? { error: "access_denied", error_description: "No, thanks" } : { code };
    for (const [name, value] of Object.entries({ ...said, state })) back.searchParams.set(name, value);
    return Response.redirect(back.href, 302);
  }

  #device(form: Params): Response {
    const code = this.#token("device");
    const userCode = `WORD-${++this.#count}`;
    this.#devices.set(code, { userCode, state: "pending", polledAt: Date.now() });
    if (form.scope !== "models offline") return this.#refuse("invalid_scope", String(form.scope));
    const { pollSec = 0.05 } = this.#options;
    const page = `${this.url}/enter`;
    return Response.json({
      device_code: code,
      user_code: userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?code=${userCode}`,
      expires_in: 2,
      interval: pollSec,
    });
  }

  async #grant(form: Params): Promise<Response> {
    switch (form.grant_type) {
      case "authorization_code":
        return this.#byCode(form);
      case "refresh_token":
        await Bun.sleep(this.#options.refreshMs ?? 0);
        return this.#byRefresh(form);
      case "urn:ietf:params:oauth:grant-type:device_code":
        return this.#byDevice(form);
      default:
        return this.#refuse("unsupported_grant_type", String(form.grant_type));
    }
  }

  #byCode({ code = "", code_verifier: verifier = "", redirect_uri }: Params): Response {
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (!asked) return this.#refuse("invalid_grant", "unknown code, or used before");
    if (asked.redirect_uri !== redirect_uri) return this.#refuse("invalid_grant", "another redirect URI");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (challenge !== asked.code_challenge) return this.#refuse("invalid_grant", "the verifier does not fit");
    return this.#tokens();
  }

  #byRefresh({ refresh_token: token }: Params): Response {
    if (this.refreshStatus !== 200) return new Response("down", { status: this.refreshStatus });
    if (token === this.#refresh) {
      this.refreshes++;
      return this.#tokens();
    }
    this.#refresh = undefined;
    this.forget();
    return this.#refuse("invalid_grant", "a refresh token was used twice: the login is over");
  }

  #byDevice({ device_code: code = "" }: Params): Response {
    const device = this.#devices.get(code);
    if (!device) return this.#refuse("invalid_grant", "unknown device");
    const isHasty = Date.now() - device.polledAt < (this.#options.pollSec ?? 0.05) * 1000 - 5;
    device.polledAt = Date.now();
    if (isHasty) return this.#refuse("invalid_request", "polled too fast");
    if (device.state === "pending") return Response.json({ error: "authorization_pending" }, { status: 400 });
    if (device.state === "no") return Response.json({ error: "access_denied" }, { status: 400 });
    this.#devices.delete(code);
    return this.#tokens();
  }

  #tokens(): Response {
    const { accessToken, refreshToken } = this.issue();
    const { lifeSec = 3600 } = this.#options;
    return Response.json({
      access_token: accessToken,
      token_type: "bearer",
      expires_in: lifeSec,
      refresh_token: refreshToken,
    });
  }

  #token(kind: string): string {
    return `${kind}-${crypto.randomUUID()}`;
  }

  #refuse(error: string, why: string, status = 400): Response {
    this.violations.push(`${error}: ${why}`);
    return Response.json({ error, error_description: why }, { status });
  }
}
