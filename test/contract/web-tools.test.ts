import { afterAll } from "bun:test";
import { ToolSettings } from "../../tools/settings.ts";
import { webFetchTool } from "../../tools/web-fetch.ts";
import { webSearchTool } from "../../tools/web-search.ts";
import { fakeSearch } from "../support/fake-search.ts";
import { fakeWeb } from "../support/fake-web.ts";
import { toolContract } from "./tool.ts";

const fake = fakeSearch();
const page = (body: string) => new Response(body, { headers: { "content-type": "text/html" } });
const never = () => new Promise<never>(() => {});
const web = fakeWeb({
  "site.test": (_request, { pathname }) => {
    switch (pathname) {
      case "/":
        return page(`<h1>The Point</h1><p>${"It is worth reading. ".repeat(20)}</p>`);
      case "/json":
        return Response.json({ a: 1 });
      case "/never":
        return never();
      default:
        return new Response("", { status: 404 });
    }
  },
});
afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

const prepare = () => {};
const settings = new ToolSettings(["WebFetch.timeoutMs=300"]);

toolContract(webFetchTool({ network: web.network, settings }), {
  prepare,
  works: [
    { url: "http://site.test/" },
    { url: "http://site.test/json", format: "raw" },
    { url: "http://site.test/json", method: "POST", json: { a: [1] } },
  ],
  fails: [
    { url: "http://site.test/none" },
    { url: "http://127.0.0.1/" },
    { url: "http://user:secret@site.test/" },
    { url: "no\nurl" },
    { url: "http://site.test/", form: { a: "b" } },
  ],
  refused: [{}, { url: "" }, { url: "http://site.test/", method: "PUT" }, { url: 7 }],
  stuck: { url: "http://site.test/never" },
});

toolContract(webSearchTool({ env: fake.env }), {
  prepare,
  works: [{ query: "bun" }, { query: "bun", engine: "brave", limit: 1, allowed_domains: ["example.com"] }],
  fails: [{ query: "bun", engine: "tavily", topic: "music" }],
  refused: [{}, { query: " " }, { query: "a", engine: "altavista" }, { query: "a", allowed_domains: ["http://a.b"] }],
});
