/** Engines with an interface for programs: Brave, Tavily, Exa and Serper by key, SearXNG by the address of an instance. */
import { Service } from "../web/service.ts";
import { type Engine, type Hit, hitOf, listAt, type Question, withSites } from "./engine.ts";

export interface KeyedOptions {
  readonly key: string;
  readonly baseUrl?: string | undefined;
}

const hits = (items: readonly unknown[], names: Parameters<typeof hitOf>[1]): Hit[] =>
  items.map((item) => hitOf(item, names)).filter((hit) => hit !== undefined);

/** https://api-dashboard.search.brave.com/app/documentation/web-search */
export function brave({ key, baseUrl = "https://api.search.brave.com" }: KeyedOptions): Engine {
  const headers = { "x-subscription-token": key };
  const service = new Service({ name: "Brave", baseUrl, headers, pace: { everyMs: 25, burst: 40 } });
  const names = { title: ["title"], url: ["url"], snippet: ["description"], date: ["page_age", "age"] };
  return {
    name: "brave",
    topics: ["general", "news"],
    async search(question, signal) {
      const kind = question.topic === "news" ? "news" : "web";
      const query = { q: withSites(question), count: Math.min(question.limit, 20) };
      const answer = await service.json({ path: `/res/v1/${kind}/search`, query, signal });
      return hits(kind === "news" ? listAt(answer, "results") : listAt(answer, "web", "results"), names);
    },
  };
}

/** https://docs.tavily.com/documentation/api-reference/endpoint/search */
export function tavily({ key, baseUrl = "https://api.tavily.com" }: KeyedOptions): Engine {
  const service = new Service({ name: "Tavily", baseUrl, headers: { authorization: `Bearer ${key}` } });
  const names = { title: ["title"], url: ["url"], snippet: ["content"], date: ["published_date"] };
  return {
    name: "tavily",
    topics: ["general", "news"],
    async search({ query, topic, limit, only, without }, signal) {
      const json = { query, topic, max_results: Math.min(limit, 20), include_domains: only, exclude_domains: without };
      return hits(listAt(await service.json({ path: "/search", json, signal }), "results"), names);
    },
  };
}

/** https://docs.exa.ai/reference/search */
export function exa({ key, baseUrl = "https://api.exa.ai" }: KeyedOptions): Engine {
  const service = new Service({ name: "Exa", baseUrl, headers: { "x-api-key": key } });
  const names = { title: ["title"], url: ["url"], snippet: ["text", "summary"], date: ["publishedDate"] };
  return {
    name: "exa",
    topics: ["general", "news", "science"],
    async search({ query, topic, limit, only, without }, signal) {
      const category = { news: "news", science: "research paper" }[topic as string];
      const json = {
        query,
        numResults: Math.min(limit, 100),
        contents: { text: { maxCharacters: 300 } },
        ...(category && { category }),
        ...(only.length > 0 && { includeDomains: only }),
        ...(without.length > 0 && { excludeDomains: without }),
      };
      return hits(listAt(await service.json({ path: "/search", json, signal }), "results"), names);
    },
  };
}

/** https://serper.dev: Google's results. */
export function serper({ key, baseUrl = "https://google.serper.dev" }: KeyedOptions): Engine {
  const service = new Service({ name: "Serper", baseUrl, headers: { "x-api-key": key } });
  const names = { title: ["title"], url: ["link"], snippet: ["snippet"], date: ["date"] };
  const paths: Partial<Record<Question["topic"], string>> = {
    news: "news",
    images: "images",
    videos: "videos",
    science: "scholar",
  };
  const lists: Readonly<Record<string, string>> = { news: "news", images: "images", videos: "videos" };
  return {
    name: "serper",
    topics: ["general", "news", "images", "videos", "science"],
    async search(question, signal) {
      const kind = paths[question.topic] ?? "search";
      const json = { q: withSites(question), num: Math.min(question.limit, 100) };
      return hits(listAt(await service.json({ path: `/${kind}`, json, signal }), lists[kind] ?? "organic"), names);
    },
  };
}

/** https://docs.searxng.org/dev/search_api.html; the instance must have the format `json` switched on. */
export function searxng({ baseUrl }: { readonly baseUrl: string }): Engine {
  const service = new Service({ name: "SearXNG", baseUrl });
  const names = { title: ["title"], url: ["url"], snippet: ["content"], date: ["publishedDate"] };
  return {
    name: "searxng",
    topics: ["general", "news", "images", "videos", "science", "it", "files", "music", "map"],
    async search(question, signal) {
      const query = { q: withSites(question), format: "json", categories: question.topic };
      return hits(listAt(await service.json({ path: "/search", query, signal }), "results"), names);
    },
  };
}
