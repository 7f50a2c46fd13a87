/** The one browser of a session: started when it is first wanted, shared by the agents, ended with the session. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { messageOf } from "../../agent/error.ts";
import type { Workspace } from "../../agent/tool.ts";
import { oneLine } from "../output.ts";
import { type Env, findBrowser, NoBrowserError } from "./find.ts";
import { Gateway, type Resolve } from "./gateway.ts";
import { Seat } from "./seat.ts";

export interface HostOptions {
  /** Where `SAGENT_BROWSER` is looked up, before the workspace's own environment. */
  readonly env?: Env;
  readonly resolve?: Resolve;
  readonly times?: Partial<HostTimes>;
}

export interface HostTimes {
  readonly launchMs: number;
  /** What an agent did not use for so long is closed; the browser too, where nobody uses it. */
  readonly idleMs: number;
}

/** All that one running browser needs. */
interface Running {
  readonly browser: Browser;
  readonly gateway: Gateway;
  readonly directory: string;
}

const usualTimes: HostTimes = { launchMs: 30_000, idleMs: 30 * 60_000 };
/** More agents at once than these would take too much memory; who used theirs the longest ago loses it. */
const mostSeats = 12;

export class BrowserHost implements AsyncDisposable {
  readonly #env: Env;
  readonly #resolve: Resolve | undefined;
  readonly #times: HostTimes;
  readonly #seats = new Map<string, Seat>();
  /** Agents whose pages were lost, and how. */
  readonly #lost = new Map<string, string>();
  readonly #sweeper: ReturnType<typeof setInterval>;
  #running: Promise<Running> | undefined;
  #current: Running | undefined;
  /** How many wait for it to start. */
  #entering = 0;
  #isClosed = false;

  constructor({ env = {}, resolve, times = {} }: HostOptions = {}) {
    this.#env = env;
    this.#resolve = resolve;
    this.#times = { ...usualTimes, ...times };
    this.#sweeper = setInterval(() => void this.#sweep(), Math.max(50, this.#times.idleMs / 10));
    this.#sweeper.unref();
  }

  /** Whether it runs, so that the next call need not wait for it. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** An agent's own pages, kept from call to call; the caller says when it `rest`s. Throws `NoBrowserError` with a sentence. */
  async seat(agent: string, workspace: Workspace): Promise<Seat> {
    if (this.#isClosed) throw new NoBrowserError("The session ends; the browser is closed.");
    const { browser, gateway, directory } = await this.#enter(workspace);
    const known = this.#seats.get(agent);
    if (known) {
      this.#seats.delete(agent);
      this.#seats.set(agent, known);
      return known.use();
    }
    const seat = new Seat({ browser, gateway, directory, workspace, lost: this.#lost.get(agent) });
    this.#lost.delete(agent);
    this.#seats.set(agent, seat);
    const [oldest] = this.#seats.keys();
    if (this.#seats.size > mostSeats && oldest !== undefined) await this.#drop(oldest, "were too many beside others");
    return seat.use();
  }

  async #enter(workspace: Workspace): Promise<Running> {
    this.#entering++;
    try {
      this.#running ??= this.#launch(workspace);
      return await this.#running;
    } finally {
      this.#entering--;
    }
  }

  /** Closes all that an agent has open. */
  async leave(agent: string): Promise<void> {
    await this.#drop(agent, undefined);
    await this.#endUnused();
  }

  async #drop(agent: string, why: string | undefined): Promise<void> {
    const seat = this.#seats.get(agent);
    this.#seats.delete(agent);
    if (why !== undefined) this.#lost.set(agent, `Your pages ${why}, and were closed.`);
    await seat?.close();
  }

  async #sweep(): Promise<void> {
    for (const [agent, seat] of this.#seats) {
      if (seat.isIdle(this.#times.idleMs)) await this.#drop(agent, "were not used for a long time");
    }
    await this.#endUnused();
  }

  async #endUnused(): Promise<void> {
    if (this.#seats.size === 0 && this.#entering === 0) await this.#end();
  }

  async #launch(workspace: Workspace): Promise<Running> {
    await using stack = new AsyncDisposableStack();
    try {
      const env = { ...workspace.env, ...this.#env };
      const executablePath = findBrowser(env);
      const { chromium } = await import("playwright-core");
      const gateway = stack.use(new Gateway(this.#resolve));
      const port = await gateway.listen();
      const directory = await mkdtemp(join(tmpdir(), "sagent-browser-"));
      stack.defer(() => rm(directory, { recursive: true, force: true }));
      const browser = await chromium.launch({
        executablePath,
        args: argsFor(port),
        // As root its sandbox does not start.
        chromiumSandbox: process.getuid?.() !== 0,
        env: { ...workspace.env },
        artifactsDir: directory,
        handleSIGHUP: false,
        handleSIGINT: false,
        handleSIGTERM: false,
        timeout: this.#times.launchMs,
      });
      stack.move();
      const running = { browser, gateway, directory };
      this.#current = running;
      browser.once("disconnected", () => void this.#gone(running));
      return running;
    } catch (error) {
      this.#running = undefined;
      if (error instanceof NoBrowserError) throw error;
      throw new NoBrowserError(`The browser could not be started: ${launchProblem(error)}`);
    }
  }

  /** It ended by itself. */
  async #gone(running: Running): Promise<void> {
    const { gateway, directory } = running;
    if (this.#current !== running) return;
    this.#current = undefined;
    this.#running = undefined;
    for (const agent of this.#seats.keys()) {
      this.#lost.set(agent, "The browser had crashed or been ended; it was started again, and your pages are lost.");
    }
    this.#seats.clear();
    await gateway[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }

  async #end(): Promise<void> {
    const starting = this.#running;
    this.#running = undefined;
    this.#seats.clear();
    const running = await starting?.catch(() => undefined);
    if (!running) return;
    if (this.#current === running) this.#current = undefined;
    const { browser, gateway, directory } = running;
    await browser.close().catch(() => {});
    await gateway[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    await this.#end();
  }
}

/** All connections go by the gateway, those to this machine too, and none beside it. */
function argsFor(port: number): string[] {
  return [
    `--proxy-server=socks5://127.0.0.1:${port}`,
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy",
    "--no-first-run",
  ];
}

/** What matters of the many lines that are said then. */
function launchProblem(error: unknown): string {
  const lines = Bun.stripANSI(messageOf(error)).split("\n");
  const said = lines.filter(
    (line) => /error|fail|missing|cannot|no usable sandbox/i.test(line) && !/Call log/.test(line),
  );
  const words = oneLine((said.length > 0 ? said : lines).slice(0, 3).join(" "), 500);
  const hint = /sandbox/i.test(words)
    ? " Its sandbox needs user namespaces, which this system or container withholds: the person may allow them."
    : "";
  return `${words}${hint}`;
}
