/** DuckDuckGo's page for browsers without scripts: the engine that needs no key, and that may take us for a robot. */
import { Service, ServiceError } from "../web/service.ts";
import { type Engine, type Hit, withSites } from "./engine.ts";

export function duckDuckGo({
  baseUrl = "https://html.duckduckgo.com",
}: {
  readonly baseUrl?: string | undefined;
} = {}): Engine {
  const headers = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    accept: "text/html",
  };
  const service = new Service({ name: "DuckDuckGo", baseUrl, headers, pace: { everyMs: 2_000, burst: 5 } });
  return {
    name: "duckduckgo",
    topics: ["general"],
    async search(question, signal) {
      const { body, status } = await service.fetch({ path: "/html/", form: { q: withSites(question) }, signal });
      const html = body.toString("utf8");
      if (status === 202 || /anomaly[-.]|challenge-form/.test(html)) {
        throw new ServiceError("DuckDuckGo takes this program for a robot for now; a key for another engine helps.", {
          status,
        });
      }
      const hits = await readHits(html);
      if (hits.length === 0 && !/no-results|No results/.test(html)) {
        throw new ServiceError("DuckDuckGo's page could not be read; it may have changed.", { status });
      }
      return hits;
    },
  };
}

async function readHits(html: string): Promise<Hit[]> {
  const { parseHTML } = await import("linkedom");
  const { document } = parseHTML(html);
  return [...document.querySelectorAll(".result:not(.result--ad)")].flatMap((result) => {
    const link = result.querySelector("a.result__a");
    const url = target(link?.getAttribute("href"));
    if (!link || url === undefined) return [];
    const words = (node: { readonly textContent: string | null } | null) =>
      (node?.textContent ?? "").replace(/\s+/g, " ").trim();
    return [{ title: words(link) || url, url, snippet: words(result.querySelector(".result__snippet")) }];
  });
}

/** Where a link leads in the end: results go through a counter that names their address. */
function target(href: string | null | undefined): string | undefined {
  const url = URL.parse(href ?? "", "https://duckduckgo.com");
  const through = url?.hostname.endsWith("duckduckgo.com") ? url.searchParams.get("uddg") : url?.href;
  return through && /^https?:/i.test(through) ? through : undefined;
}
