/**
 * An identity provider, the login of a server that trusts it, and a door before that server, on real HTTP (SEP-990, RFC 8693,
 * RFC 7523). It holds its client to the protocol and to who each secret and each token is for.
 */
export interface CrossAppFaults {
  /** The login says that it is another one, as a thief's would. */
  isThief?: boolean;
  /** The identity provider refuses. */
  refuses?: boolean;
  /** What it gives is another kind of token. */
  otherKind?: boolean;
  /** It has no address to ask for tokens at. */
  isMute?: boolean;
}

type Params = Readonly<Record<string, string>>;

const kinds = {
  exchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  bearer: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  idToken: "urn:ietf:params:oauth:token-type:id_token",
  grant: "urn:ietf:params:oauth:token-type:id-jag",
};

export class FakeCrossApp implements AsyncDisposable {
  readonly idToken = "id-token-of-the-person";
  readonly client = { clientId: "app", clientSecret: "secret-of-the-app" };
  readonly violations: string[] = [];
  readonly exchanges: Params[] = [];
  readonly faults: CrossAppFaults;
  readonly #target: string;
  readonly #grants = new Set<string>();
  readonly #live = new Set<string>();
  readonly #idp = this.#serve((request) => this.#identity(request));
  readonly #login = this.#serve((request) => this.#tokens(request));
  readonly #door = this.#serve((request) => this.#enter(request));

  /** `target` is the server behind the door. */
  constructor(target: string, faults: CrossAppFaults = {}) {
    this.#target = target;
    this.faults = faults;
  }

  get issuer(): string {
    return `${this.#idp.url.origin}/tenant`;
  }

  get url(): string {
    return `${this.#door.url.origin}/mcp`;
  }

  /** As when all tokens that were given have ended. */
  forget(): void {
    this.#live.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#idp, this.#login, this.#door].map((server) => server.stop(true)));
    if (this.violations.length > 0) throw new Error(this.violations.join("\n"));
  }

  #serve(fetch: (request: Request) => Promise<Response>): Bun.Server<undefined> {
    return Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch });
  }

  async #identity(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/tenant/.well-known/openid-configuration" && !this.faults.isMute) {
      return Response.json({ issuer: this.issuer, token_endpoint: `${this.#idp.url.origin}/tenant/token` });
    }
    if (pathname !== "/tenant/token") return new Response(null, { status: 404 });
    const form: Params = Object.fromEntries(new URLSearchParams(await request.text()));
    this.exchanges.push(form);
    const { grant_type, subject_token, subject_token_type, requested_token_type, audience, resource } = form;
    this.#expect("the exchange", [grant_type, kinds.exchange], [subject_token_type, kinds.idToken]);
    this.#expect("the exchange", [requested_token_type, kinds.grant], [form.client_id, "us"], [resource, this.url]);
    this.#expect("the audience", [audience, this.#login.url.origin]);
    if (this.faults.refuses || subject_token !== this.idToken) {
      return Response.json({ error: "access_denied", error_description: "Not in the group." }, { status: 400 });
    }
    const grant = crypto.randomUUID();
    this.#grants.add(grant);
    const issued_token_type = this.faults.otherKind ? "urn:ietf:params:oauth:token-type:access_token" : kinds.grant;
    return Response.json({ access_token: grant, issued_token_type, token_type: "N_A" });
  }

  async #tokens(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const { origin } = this.#login.url;
    if (pathname.startsWith("/.well-known/oauth-authorization-server")) {
      return Response.json({
        issuer: this.faults.isThief ? "https://login.example" : origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        response_types_supported: ["code"],
        token_endpoint_auth_methods_supported: ["client_secret_basic"],
      });
    }
    if (pathname !== "/token") return new Response(null, { status: 404 });
    const { grant_type, assertion = "" }: Params = Object.fromEntries(new URLSearchParams(await request.text()));
    const { clientId, clientSecret } = this.client;
    const own = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
    this.#expect("the grant", [grant_type, kinds.bearer], [request.headers.get("authorization"), `Basic ${own}`]);
    if (!this.#grants.delete(assertion)) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const access_token = crypto.randomUUID();
    this.#live.add(access_token);
    return Response.json({ access_token, token_type: "Bearer", expires_in: 3600 });
  }

  async #enter(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/.well-known/oauth-protected-resource/mcp") {
      return Response.json({ resource: this.url, authorization_servers: [this.#login.url.origin] });
    }
    const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    if (!this.#live.has(token)) return new Response("No.", { status: 401, headers: { "www-authenticate": "Bearer" } });
    const body = request.method === "POST" ? await request.text() : undefined;
    const more = body === undefined ? {} : { body };
    return fetch(`${new URL(this.#target).origin}${pathname}`, {
      method: request.method,
      headers: request.headers,
      ...more,
    });
  }

  #expect(what: string, ...pairs: readonly (readonly [string | null | undefined, string])[]): void {
    for (const [is, due] of pairs) if (is !== due) this.violations.push(`${what}: ${is} in place of ${due}`);
  }
}
