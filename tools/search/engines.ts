/** Which engines there are here: those that a key or an address was given for, then the one that needs neither. */
import type { searchEngines } from "../settings.ts";
import { duckDuckGo } from "./duckduckgo.ts";
import type { Engine } from "./engine.ts";
import { brave, exa, searxng, serper, tavily } from "./keyed.ts";

type Env = Readonly<Record<string, string | undefined>>;

export type EngineName = (typeof searchEngines)[number];

const keyed = { tavily, exa, brave, serper };

/** Variables that hold keys of engines. */
export const engineKeys: readonly string[] = Object.keys(keyed).map((name) => `${name.toUpperCase()}_API_KEY`);

/**
 * In the order in which they are tried. `NAME_API_KEY` gives Tavily, Exa, Brave and Serper their keys, `SEARXNG_URL` an
 * instance its address, and `NAME_SEARCH_URL` any of them another address, for a proxy.
 */
export function enginesOf(env: Env): Engine[] {
  const value = (name: string) => env[name]?.trim() || undefined;
  const withKey = Object.entries(keyed).flatMap(([name, make]) => {
    const key = value(`${name.toUpperCase()}_API_KEY`);
    return key === undefined ? [] : [make({ key, baseUrl: value(`${name.toUpperCase()}_SEARCH_URL`) })];
  });
  const instance = value("SEARXNG_URL");
  return [
    ...withKey,
    ...(instance === undefined ? [] : [searxng({ baseUrl: instance })]),
    duckDuckGo({ baseUrl: value("DUCKDUCKGO_SEARCH_URL") }),
  ];
}
