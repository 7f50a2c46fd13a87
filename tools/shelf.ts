/**
 * The tools that are kept on the shelf until a model asks for them. Each is loaded with what it needs when it is taken down;
 * here are only its name and its description.
 */
import type { ShelfEntry } from "../agent/tool.ts";
import webFetch from "./web-fetch.md" with { type: "text" };
import webSearch from "./web-search.md" with { type: "text" };

export interface ShelfOptions {
  /** Where keys and addresses of services are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export function shelfOf({ env = {} }: ShelfOptions = {}): ShelfEntry[] {
  return [
    {
      name: "WebSearch",
      description: webSearch,
      load: async () => (await import("./web-search.ts")).webSearchTool({ env }),
    },
    {
      name: "WebFetch",
      description: webFetch,
      load: async () => (await import("./web-fetch.ts")).webFetchTool(),
    },
  ];
}
