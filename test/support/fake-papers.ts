/**
 * Semantic Scholar, OpenAlex, arXiv and Crossref on this machine, in the shapes that they document; what the real ones refuse is
 * refused. A library that is led here waits without waiting.
 */
import type { Clock } from "../../agent/clock.ts";
import { type Library, openLibrary } from "../../tools/papers/library.ts";
import type { Network } from "../../tools/web/dial.ts";
import { paperKeysHere } from "./fake-papers-asked.ts";
import { answerArxiv, answerCrossref } from "./fake-papers-lists.ts";
import { answerOpenAlex } from "./fake-papers-openalex.ts";
import { answerS2 } from "./fake-papers-s2.ts";
import { type Trouble, troubled } from "./fake-trouble.ts";

export const services = ["s2", "openalex", "arxiv", "crossref"] as const;
export type ServiceName = (typeof services)[number];
export type PaperFault = Trouble | "empty" | "limited" | "busy once" | "odd";

export interface FakePapers extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** `SERVICE METHOD PATH` of each request, in order. */
  readonly asked: readonly string[];
  /** Why requests were refused that a real service would refuse too; from now on they are forgotten. */
  takeRefused(): readonly string[];
  fault(service: ServiceName, fault: PaperFault | undefined): void;
  /** A library of its own, without memory of others. */
  library(options?: { readonly env?: Readonly<Record<string, string>>; readonly network?: Network }): Library;
}

const answers = { s2: answerS2, openalex: answerOpenAlex, arxiv: answerArxiv, crossref: answerCrossref };

export function fakePapers(): FakePapers {
  const faults = new Map<string, PaperFault>();
  const asked: string[] = [];
  const refused: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const name = services.find((each) => url.pathname.startsWith(`/${each}/`));
      if (name === undefined) return new Response("nothing here", { status: 404 });
      const path = decodeURIComponent(url.pathname.slice(name.length + 1));
      asked.push(`${name} ${request.method} ${path}`);
      const fault = faults.get(name);
      if (fault === "busy once") faults.delete(name);
      const broken = fault && fault !== "empty" ? misbehave(fault, url) : undefined;
      if (broken) return broken;
      const { method, headers } = request;
      const body: unknown = method === "POST" ? await request.json() : undefined;
      const isEmpty = fault === "empty";
      const answer = answers[name]({ method, path, query: url.searchParams, headers, body, isEmpty });
      if (answer.status >= 400 && answer.status !== 404) refused.push(`${name}: ${await answer.clone().text()}`);
      return answer;
    },
  });
  const base = `http://127.0.0.1:${server.port}`;
  const env = {
    SEMANTIC_SCHOLAR_API_KEY: paperKeysHere.s2,
    SEMANTIC_SCHOLAR_BASE_URL: `${base}/s2`,
    OPENALEX_API_KEY: paperKeysHere.openalex,
    OPENALEX_EMAIL: "me@example.org",
    OPENALEX_BASE_URL: `${base}/openalex`,
    ARXIV_BASE_URL: `${base}/arxiv`,
    ARXIV_PDF_BASE_URL: "http://arxiv.test",
    CROSSREF_EMAIL: "me@example.org",
    CROSSREF_BASE_URL: `${base}/crossref`,
  };
  return {
    env,
    asked,
    takeRefused: () => refused.splice(0),
    fault: (service, fault) => void (fault ? faults.set(service, fault) : faults.delete(service)),
    library: (options = {}) => openLibrary({ env, clock: quickClock(), ...options }),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** Time that passes by being slept through. */
export function quickClock(): Clock {
  let now = Date.now();
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

function misbehave(fault: Exclude<PaperFault, "empty">, url: URL): Response | Promise<Response> {
  const busy = (seconds: string) =>
    Response.json({ message: "Too Many Requests" }, { status: 429, headers: { "retry-after": seconds } });
  switch (fault) {
    case "limited":
      return busy("3600");
    case "busy once":
      return busy("2");
    case "odd":
      return Response.json({ hello: "world" });
    default:
      return troubled(fault, '{"data": [{"title": "x"', url.pathname);
  }
}
