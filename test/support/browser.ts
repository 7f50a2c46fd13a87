/**
 * Real Chromium for tests of the page. `testBrowser()` at the top of a test file gives one browser to all of its tests,
 * begun with the first tab and closed after the last test. A test fails for whatever went wrong in its tabs: errors on
 * the console, exceptions, violations of the content policy, requests that failed or that went elsewhere.
 */
import { afterAll, afterEach } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "../../setup-chromium.ts";
import { must } from "./must.ts";

/** Where screenshots go; not kept by git. */
export const artefacts = join(import.meta.dir, "../../artefacts");

export interface TabOptions {
  /** What the system asks for; light by default. */
  readonly theme?: "light" | "dark";
  /** In CSS pixels; 1280 × 800 by default, 360 × 740 for a phone. */
  readonly size?: "phone" | { readonly width: number; readonly height: number };
  readonly reducedMotion?: boolean;
  /** Faults that the test provokes. */
  readonly allow?: readonly RegExp[];
}

/** A page in a profile of its own: it shares no cookie and no store with another but those opened beside it. */
export interface Tab extends AsyncDisposable {
  /** `waitForFunction` needs a function: the content policy lets no text be run. */
  readonly page: Page;
  /** From now on a fault that matches is none. */
  allow(pattern: RegExp): void;
  /** What went wrong so far, a line each. The test no longer fails for it. */
  takeFaults(): readonly string[];
  /** Cuts requests off, or lets them through again. A WebSocket that is open stays so: its server can cut it. */
  offline(on: boolean): Promise<void>;
  emulate(wanted: Pick<TabOptions, "theme" | "reducedMotion">): Promise<void>;
  /** Saves what is seen as `artefacts/NAME-THEME-WIDTH.png`; resolves to the path. */
  shot(name: string): Promise<string>;
  /** What axe-core finds to be serious or critical, in all of the page or below a selector; a line each. */
  axe(selector?: string): Promise<readonly string[]>;
  /** Another tab in the same profile. It ends with this one. */
  beside(url: string): Promise<Tab>;
}

export interface TestBrowser {
  open(url: string, options?: TabOptions): Promise<Tab>;
}

/** To be called once in a file, outside of any test. */
export function testBrowser({ gpu = false }: { readonly gpu?: boolean } = {}): TestBrowser {
  let launched: Promise<Browser> | undefined;
  let faults: readonly string[] = [];
  afterEach(() => {
    const found = faults;
    faults = [];
    if (found.length > 0) throw new Error(`The page had faults:\n${found.join("\n")}`);
  });
  afterAll(async () => {
    const browser = await launched?.catch(() => undefined);
    await browser?.close();
  });
  return {
    async open(url, options = {}) {
      launched ??= launch(gpu);
      const { theme = "light", size, reducedMotion = false } = options;
      const context = await (await launched).newContext({
        viewport: size === "phone" ? phone : (size ?? desktop),
        colorScheme: theme,
        reducedMotion: motionOf(reducedMotion),
      });
      const leave = (found: readonly string[]) => {
        faults = [...faults, ...found];
        return context.close();
      };
      return openTab(context, url, options, leave);
    },
  };
}

const desktop = { width: 1280, height: 800 };
const phone = { width: 360, height: 740 };

/** With `gpu`, WebGPU runs on the processor. */
function launch(gpu: boolean): Promise<Browser> {
  const executablePath = must(findChromium(process.env), "Chromium, which `bun setup.ts --check` installs");
  return chromium.launch({ executablePath, chromiumSandbox: false, args: gpu ? ["--enable-unsafe-webgpu"] : [] });
}

/** `leave` is handed the faults that nobody took. */
async function openTab(
  context: BrowserContext,
  url: string,
  options: TabOptions,
  leave: (faults: readonly string[]) => Promise<void>,
): Promise<Tab> {
  const page = await context.newPage();
  const allowed = [...(options.allow ?? [])];
  let faults: readonly string[] = [];
  let theme = options.theme ?? "light";
  let isStill = options.reducedMotion ?? false;
  let isOpen = true;
  watchFaults(page, new URL(url).origin, (fault) => {
    if (isOpen && !allowed.some((pattern) => pattern.test(fault))) faults = [...faults, fault];
  });
  const keep = async (found: readonly string[]) => {
    faults = [...faults, ...found];
  };
  const tab: Tab = {
    page,
    allow: (pattern) => void allowed.push(pattern),
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    offline: (on) => context.setOffline(on),
    async emulate(wanted) {
      theme = wanted.theme ?? theme;
      isStill = wanted.reducedMotion ?? isStill;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: motionOf(isStill) });
    },
    async shot(name) {
      mkdirSync(artefacts, { recursive: true });
      const path = join(artefacts, `${name}-${theme}-${must(page.viewportSize()).width}.png`);
      await page.screenshot({ path, animations: "disabled" });
      return path;
    },
    axe: (selector) => violations(page, selector),
    beside: (other) => openTab(context, other, options, keep),
    async [Symbol.asyncDispose]() {
      // What the page reported before this answer has been seen when it comes.
      if (!page.isClosed()) await page.evaluate("0").catch(() => {});
      isOpen = false;
      await page.close();
      await leave(faults);
    },
  };
  try {
    await page.goto(url);
  } catch (error) {
    await tab[Symbol.asyncDispose]();
    throw error;
  }
  return tab;
}

const motionOf = (isStill: boolean) => (isStill ? "reduce" : "no-preference");

/** Each fault is reported once: what the console repeats of a failed request is left out. */
function watchFaults(page: Page, origin: string, report: (fault: string) => void): void {
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() !== "error" || text.startsWith("Failed to load resource")) return;
    const kind = text.includes("Content Security Policy") ? "content policy" : "console";
    report(`${kind}: ${text} (${message.location().url})`);
  });
  page.on("pageerror", (error) => report(`exception: ${error.stack ?? error.message}`));
  page.on("crash", () => report("the page crashed"));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "no reason given";
    // A request that the page itself gave up, or that the policy stopped, which the console tells.
    if (why === "net::ERR_ABORTED" || why === "csp") return;
    report(`request: ${request.method()} ${request.url()}: ${why}`);
  });
  page.on("response", (response) => {
    const url = response.url();
    const request = `${response.request().method()} ${url}`;
    if (response.status() >= 400) report(`request: ${request}: status ${response.status()}`);
    if (/^https?:/.test(url) && new URL(url).origin !== origin) report(`request elsewhere: ${request}`);
  });
}

const axeSource = join(import.meta.dir, "../../node_modules/axe-core/axe.min.js");

async function violations(page: Page, selector = ":root"): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(await Bun.file(axeSource).text());
  const { violations: found }: AxeResults = await page.evaluate(`axe.run(${JSON.stringify(selector)})`);
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ impact, id, help, nodes }) =>
        `${impact} ${id}: ${help} (${nodes.map((node) => node.target.join(" ")).join(", ")})`,
    );
}
