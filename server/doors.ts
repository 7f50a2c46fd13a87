/**
 * Who may come in. Every request and every upgrade of a socket passes here first: it must name this server, come from no
 * other site and carry the token, which a browser gets as a cookie, by a link that works once or by the secret.
 */
import { type Clock, systemClock } from "../agent/clock.ts";
import { pageHeaders } from "./csp.ts";
import { doorPage } from "./door-page.ts";
import { allowedHosts } from "./hosts.ts";
import { Throttle } from "./throttle.ts";
import { digest, isSame, randomCode } from "./token.ts";

export interface DoorsOptions {
  readonly token: string;
  readonly host: string;
  readonly port: number;
  /** What other machines log in with; without one they cannot. */
  readonly secret?: string | undefined;
  readonly clock?: Clock;
}

const launchMs = 10 * 60_000;
const mostLaunches = 100;
const cookieSeconds = 30 * 24 * 60 * 60;
const mostLoginBytes = 1_024;

const sayLink = "Open the link that `sagent` printed; run `sagent` in the project again for a new one.";
const sayUsed = "This link was used already, or it is too old. Run `sagent` in the project again for a new one.";
const sayLogin = "Log in with the secret, or open the link that `sagent` printed.";
const sayWrong = "That is not the secret.";
const sayStranger = "Open the page under the address that `sagent` printed, typed or pasted into a tab of its own.";
const sayJson = "Send application/json.";
const saySlow = "There were too many wrong tries. Wait a minute.";

export class Doors {
  /** Of every answer. What an answer says itself comes first. */
  readonly headers: Record<string, string>;
  readonly #options: DoorsOptions;
  readonly #clock: Clock;
  readonly #tokens: Throttle;
  /** Apart, so that a page with an old cookie does not keep its person from logging in. */
  readonly #logins: Throttle;
  /** When a launch link ends, in Unix ms, by the digest of its code. */
  readonly #launches = new Map<string, number>();

  constructor(options: DoorsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tokens = new Throttle(this.#clock);
    this.#logins = new Throttle(this.#clock);
    this.headers = pageHeaders(allowedHosts(options.host, options.port));
  }

  /** Undefined where the request may pass; else the answer that refuses it. `peer` is the address it comes from. */
  check(request: Request, peer: string): Response | undefined {
    const host = request.headers.get("host") ?? "";
    const isOurs = allowedHosts(this.#options.host, this.#options.port).has(host);
    // The address is made of the header; where it is not, the target was no path.
    if (!isOurs || !request.url.startsWith(`http://${host}/`)) return this.#refuse(request, 403, sayStranger);
    if (isForeign(request, host)) return this.#refuse(request, 403, sayStranger);
    if (isWrite(request) && !isJson(request)) return this.#refuse(request, 415, sayJson);
    if (this.#isOpen(request, host) || this.#hasToken(request)) return undefined;
    const sentence = this.#options.secret === undefined ? sayLink : sayLogin;
    const isTry = proofs(request, this.#cookie).length > 0;
    return isTry ? this.#miss(this.#tokens, request, peer, sentence) : this.#refuse(request, 401, sentence);
  }

  /** The path of a new link that lets one browser in, within ten minutes. */
  launchPath(): string {
    const code = randomCode();
    this.#launches.set(digest(code).toString("hex"), this.#clock.now() + launchMs);
    const [oldest] = this.#launches.keys();
    if (this.#launches.size > mostLaunches && oldest !== undefined) this.#launches.delete(oldest);
    return `/launch?code=${code}`;
  }

  /** Answers a launch link, once it was checked: with the cookie and the way to the page. */
  launch(request: Request, peer: string): Response {
    if (this.#hasToken(request)) return this.#enter();
    const code = new URL(request.url).searchParams.get("code") ?? "";
    const key = digest(code).toString("hex");
    const endsAt = this.#launches.get(key);
    this.#launches.delete(key);
    if (endsAt !== undefined && this.#clock.now() < endsAt) return this.#enter({ "set-cookie": this.#setCookie() });
    return code === "" ? this.#refuse(request, 401, sayLink) : this.#miss(this.#tokens, request, peer, sayUsed);
  }

  /** Answers `{"secret": TEXT}`, once it was checked, with the cookie. Whoever tried too often is not listened to. */
  async login(request: Request, peer: string): Promise<Response> {
    const { secret } = this.#options;
    if (secret === undefined) return this.#refuse(request, 404, sayLink);
    const given = await readSecret(request);
    const waitS = this.#logins.waitS(peer);
    if (waitS > 0) return this.#slow(request, waitS);
    if (given === undefined || !isSame(given, secret)) return this.#miss(this.#logins, request, peer, sayWrong);
    return new Response(null, { status: 204, headers: { ...this.headers, "set-cookie": this.#setCookie() } });
  }

  /** Cookies of all ports of a host are one: the name tells them apart. */
  get #cookie(): string {
    return `sagent_${this.#options.port}`;
  }

  #setCookie(): string {
    return `${this.#cookie}=${this.#options.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${cookieSeconds}`;
  }

  /** What a browser without the token can reach. */
  #isOpen(request: Request, host: string): boolean {
    const target = request.url.slice(`http://${host}`.length).split("?", 1)[0];
    if (request.method === "GET") return target === "/launch";
    return this.#options.secret !== undefined && request.method === "POST" && target === "/api/login";
  }

  #hasToken(request: Request): boolean {
    return proofs(request, this.#cookie).some((proof) => isSame(proof, this.#options.token));
  }

  #enter(more: Record<string, string> = {}): Response {
    return new Response(null, { status: 303, headers: { ...this.headers, ...more, location: "/" } });
  }

  #miss(throttle: Throttle, request: Request, peer: string, sentence: string): Response {
    const waitS = throttle.waitS(peer);
    if (waitS > 0) return this.#slow(request, waitS);
    throttle.miss(peer);
    return this.#refuse(request, 401, sentence);
  }

  #slow(request: Request, waitS: number): Response {
    return this.#refuse(request, 429, saySlow, { "retry-after": String(waitS) });
  }

  /** As a page for who looks for one, and as a line of text for a program. */
  #refuse(request: Request, status: number, sentence: string, more: Record<string, string> = {}): Response {
    const headers = { ...this.headers, ...more };
    if (isWrite(request) || !(request.headers.get("accept") ?? "").includes("text/html")) {
      return new Response(`${sentence}\n`, {
        status,
        headers: { ...headers, "content-type": "text/plain; charset=utf-8" },
      });
    }
    const { html, policy } = doorPage(sentence, status !== 403 && this.#options.secret !== undefined);
    const own = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy };
    return new Response(html, { status, headers: { ...headers, ...own } });
  }
}

/** Whether another site is behind it. A socket and a write have to say where they come from; a browser cannot lie there. */
function isForeign(request: Request, host: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const origin = request.headers.get("origin");
  if (origin !== null) return origin !== `http://${host}`;
  return isWrite(request) || request.headers.has("upgrade");
}

function isWrite({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** A page of another site can send any other type unasked. */
function isJson(request: Request): boolean {
  const type = request.headers.get("content-type") ?? "";
  return /^application\/json(?:; ?charset=utf-8)?$/i.test(type);
}

/** What the request shows as the token. Another server on this host may have set a cookie of the same name. */
function proofs(request: Request, cookie: string): string[] {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const cookies = pairs.filter((pair) => pair.startsWith(`${cookie}=`)).map((pair) => pair.slice(cookie.length + 1));
  return bearer === undefined ? cookies : [bearer, ...cookies];
}

/** Undefined for anything but a small object with a secret. */
async function readSecret(request: Request): Promise<string | undefined> {
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (!(length <= mostLoginBytes)) return undefined;
  const body: unknown = await request.json().catch(() => undefined);
  const secret = typeof body === "object" && body !== null && "secret" in body ? body.secret : undefined;
  return typeof secret === "string" ? secret.trim() : undefined;
}
