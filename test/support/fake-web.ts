/**
 * A piece of the public web on this machine: hosts by name, each with an address that counts as public. It notes every
 * address that is dialled, and answers for no host but those it was given.
 */
import type { Network } from "../../tools/web/dial.ts";

export type Site = (request: Request, url: URL) => Response | Promise<Response>;

export interface FakeWeb extends AsyncDisposable {
  readonly network: Network;
  /** Addresses in the order in which they were dialled. */
  readonly dialled: readonly string[];
  /** What a name means from now on; a list of lists is given out one a lookup, the last one for good. */
  name(host: string, ...answers: readonly (readonly string[])[]): void;
}

/** Starts it. Every site's host gets an address of its own. */
export function fakeWeb(sites: Readonly<Record<string, Site>>): FakeWeb {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch(request) {
      const host = request.headers.get("host") ?? "";
      const url = new URL(request.url);
      const site = sites[host] ?? sites[host.replace(/:\d+$/, "")];
      return site ? site(request, url) : new Response(`no such host here: ${host}`, { status: 421 });
    },
  });
  const names = new Map<string, (readonly string[])[]>();
  for (const [index, host] of Object.keys(sites).entries()) names.set(host, [[`93.184.216.${index + 1}`]]);
  const dialled: string[] = [];
  return {
    dialled,
    name: (host, ...answers) => void names.set(host, [...answers]),
    network: {
      async resolve(host) {
        const answers = names.get(host);
        const [next] = answers ?? [];
        if (!next) throw new Error(`getaddrinfo ENOTFOUND ${host}`);
        if (answers && answers.length > 1) answers.shift();
        return next;
      },
      reach(address, port) {
        dialled.push(address);
        // Nobody speaks TLS here: what is tried there finds nothing.
        return { host: "127.0.0.1", port: port === 443 ? 1 : (server.port ?? 0) };
      },
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
