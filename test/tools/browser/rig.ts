/** Agents before one real browser, and a site of this machine for them to look at. */

import type { ToolOutput } from "../../../agent/tool.ts";
import { findChromium } from "../../../setup-chromium.ts";
import { BrowserHost, type HostOptions } from "../../../tools/browser/host.ts";
import { browserTool } from "../../../tools/browser.ts";
import { must } from "../../support/must.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { placeAt } from "../tool-bench.ts";

type Page = string | ((request: Request) => Response | Promise<Response>);

export interface Site extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
}

/** Serves HTML by path. */
export function site(pages: Readonly<Record<string, Page>>): Site {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch(request) {
      const page = pages[new URL(request.url).pathname];
      if (page === undefined) return new Response("nothing here", { status: 404 });
      if (typeof page === "function") return page(request);
      return new Response(`<!doctype html>${page}`, { headers: { "content-type": "text/html; charset=utf-8" } });
    },
  });
  const port = must(server.port);
  return { url: `http://127.0.0.1:${port}`, port, [Symbol.asyncDispose]: () => server.stop(true) };
}

export interface Bench extends AsyncDisposable {
  readonly host: BrowserHost;
  readonly dir: TempDir;
  /** Runs a call; its text is checked to hold nothing that steers a terminal. */
  use(args: Record<string, unknown>, agent?: string, signal?: AbortSignal): Promise<ToolOutput>;
}

export const chromium = must(findChromium(process.env));

/** `program` is the browser that is started in place of Chromium. */
export function bench({ program = chromium, ...options }: Omit<HostOptions, "env"> & { program?: string } = {}): Bench {
  const host = new BrowserHost({ ...options, env: { SAGENT_BROWSER: program } });
  const tool = browserTool({ host });
  const dir = tempDir();
  return {
    host,
    dir,
    async use(args, agent = "Agent", signal) {
      const { run } = placeAt(dir.path, { agent, ...(signal ? { signal } : {}) });
      const output = await run(tool, tool.schema.parse(args) as never);
      if (/[^\P{Cc}\n\t]/u.test(output.text))
        throw new Error(`It tells control characters: ${JSON.stringify(output.text)}`);
      return output;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
}

/** Programs of a browser that some process has started, by their ids; of one kind of them where that is named. */
export function browsersOf(pid: number, kind = ""): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-eo", "pid=,ppid=,args="]);
  const rows = stdout
    .toString()
    .split("\n")
    .flatMap((line) => {
      const [, id, parent, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return id === undefined ? [] : [{ id: Number(id), parent: Number(parent), args }];
    });
  const below = (of: number): typeof rows =>
    rows.filter(({ parent }) => parent === of).flatMap((row) => [row, ...below(row.id)]);
  return below(pid).flatMap(({ id, args }) => (/^\S*chrom/.test(args) && args.includes(kind) ? [id] : []));
}
