/** Search engines on this machine, each in its documented shape; a request that the real one would refuse is refused. */

import { type Trouble, troubled } from "./fake-trouble.ts";

export type EngineFault = Trouble | "limited" | "empty";

export interface FakeSearch extends AsyncDisposable {
  /** Variables that lead each engine here, with keys for all of them. */
  readonly env: Readonly<Record<string, string>>;
  /** `ENGINE QUERY` of each request, in order. */
  readonly asked: readonly string[];
  /** What goes wrong with an engine from now on; undefined for nothing. */
  fault(engine: string, fault: EngineFault | undefined): void;
}

const keys = { tavily: "tvly-test-key", exa: "exa-test-key", brave: "BSA-test-key", serper: "serper-test-key" };

export function fakeSearch(): FakeSearch {
  const faults = new Map<string, EngineFault>();
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const [, engine = ""] = url.pathname.split("/");
      const fault = faults.get(engine);
      const broken = fault && fault !== "empty" ? misbehave(fault, url) : undefined;
      if (broken) {
        asked.push(`${engine} ${fault}`);
        return broken;
      }
      const answer = await answerOf(engine, request, url, fault === "empty");
      if (answer instanceof Response) return answer;
      asked.push(`${engine} ${answer.query}`);
      return answer.response;
    },
  });
  const base = `http://127.0.0.1:${server.port}`;
  const env = Object.fromEntries(
    Object.entries(keys).flatMap(([name, key]) => [
      [`${name.toUpperCase()}_API_KEY`, key],
      [`${name.toUpperCase()}_SEARCH_URL`, `${base}/${name}`],
    ]),
  );
  return {
    env: { ...env, SEARXNG_URL: `${base}/searxng`, DUCKDUCKGO_SEARCH_URL: `${base}/duckduckgo` },
    asked,
    fault: (engine, fault) => void (fault ? faults.set(engine, fault) : faults.delete(engine)),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function misbehave(fault: Exclude<EngineFault, "empty">, url: URL): Response | Promise<Response> {
  if (fault !== "limited") return troubled(fault, '{"results": [{"title": "x"', url.pathname);
  return Response.json({ error: "quota" }, { status: 429, headers: { "retry-after": "3600" } });
}

type Answered = { readonly query: string; readonly response: Response } | Response;

const found = (name: string) => ({ a: `https://${name}.test/a`, b: "https://docs.example.com/b" });
const refuse = (status: number, why: string) => Response.json({ error: why }, { status });

async function answerOf(engine: string, request: Request, url: URL, empty: boolean): Promise<Answered> {
  const key = (name: string) => request.headers.get(name);
  const { a, b } = found(engine);
  const cut = <T>(list: readonly T[]) => (empty ? [] : list);
  if (engine === "brave") {
    if (request.method !== "GET" || key("x-subscription-token") !== keys.brave)
      return refuse(422, "SUBSCRIPTION_TOKEN_INVALID");
    const q = url.searchParams.get("q");
    if (!q || Number(url.searchParams.get("count")) > 20) return refuse(422, "VALIDATION");
    const results = cut([
      { title: "A <strong>hit</strong>", url: a, description: "Caf&#39;e &amp; more", age: "2 days ago" },
      { title: "B", url: b },
    ]);
    const isNews = url.pathname.endsWith("/news/search");
    return {
      query: q,
      response: Response.json(isNews ? { type: "news", results } : { type: "search", web: { results } }),
    };
  }
  if (engine === "searxng") {
    if (url.searchParams.get("format") !== "json") return refuse(403, "format");
    const q = url.searchParams.get("q") ?? "";
    return {
      query: `${q} in ${url.searchParams.get("categories")}`,
      response: Response.json({ query: q, results: cut([{ title: "A", url: a, content: "About a" }]) }),
    };
  }
  if (engine === "duckduckgo") {
    const q = new URLSearchParams(await request.text()).get("q") ?? "";
    return q === "robot"
      ? { query: q, response: new Response("<div class=anomaly-modal>", { status: 202 }) }
      : { query: q, response: new Response(duckPage(a, empty), { headers: { "content-type": "text/html" } }) };
  }
  return answerPosted(engine, request, { a, b, cut });
}

async function answerPosted(
  engine: string,
  request: Request,
  { a, b, cut }: { a: string; b: string; cut: <T>(list: readonly T[]) => readonly T[] },
): Promise<Answered> {
  if (request.method !== "POST" || request.headers.get("content-type") !== "application/json")
    return refuse(405, "POST JSON");
  const body: Record<string, unknown> = JSON.parse(await request.text());
  const key = (name: string) => request.headers.get(name);
  if (engine === "tavily") {
    if (key("authorization") !== `Bearer ${keys.tavily}`) return refuse(401, "Unauthorized");
    if (!["general", "news", "finance"].includes(String(body.topic)) || Number(body.max_results) > 20)
      return refuse(400, "bad");
    return {
      query: JSON.stringify([body.query, body.include_domains, body.exclude_domains]),
      response: Response.json({
        results: cut([
          { title: "A", url: a, content: "About a", score: 0.9 },
          { title: "B", url: b, content: "" },
        ]),
      }),
    };
  }
  if (engine === "exa") {
    if (key("x-api-key") !== keys.exa) return refuse(401, "Unauthorized");
    return {
      query: JSON.stringify([body.query, body.category ?? null]),
      response: Response.json({
        results: cut([{ title: null, url: a, text: "About a", publishedDate: "2026-01-02" }]),
      }),
    };
  }
  if (engine === "serper" && key("x-api-key") === keys.serper) {
    const kind = new URL(request.url).pathname.split("/").at(-1) ?? "";
    const name = kind === "search" || kind === "scholar" ? "organic" : kind;
    return {
      query: `${body.q} in ${kind}`,
      response: Response.json({ [name]: cut([{ title: "A", link: a, snippet: "About a", date: "today" }]) }),
    };
  }
  return refuse(403, "Unauthorized.");
}

const duckPage = (a: string, empty: boolean) =>
  empty
    ? '<div class="no-results">No results.</div>'
    : `<div class="result result--ad"><a class="result__a" href="https://ads.test/">Buy</a></div>
<div class="result"><h2><a class="result__a" href="//duckduckgo.com/l/?uddg=${encodeURIComponent(a)}&amp;rut=x">A  <b>hit</b></a></h2>
<a class="result__snippet">About <b>a</b></a></div>`;
