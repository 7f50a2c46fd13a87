/** Goes from page to page. */

import type { Request as BrowserRequest, Page } from "playwright-core";
import { atMost } from "../../agent/clock.ts";
import { messageOf } from "../../agent/error.ts";
import type { ToolOutput } from "../../agent/tool.ts";
import { failure, oneLine } from "../output.ts";
import { readAddress } from "./address.ts";
import { reasonOf } from "./news.ts";
import { after, type Call, isTimeout, needed } from "./reply.ts";
import { clean } from "./show.ts";

export async function open(call: Call): Promise<ToolOutput> {
  const { seat, page, request, context } = call;
  const url = readAddress(needed(request, "url"), context.workspace);
  if (typeof url === "string") return failure(`${oneLine(needed(request, "url"))}: ${url}`);
  if (url.protocol === "file:") await seat.readFiles();
  return await load(call, url.href, () => page.goto(url.href, { ...options(call), waitUntil: "load" }));
}

export async function go(call: Call, where: "back" | "forward" | "reload"): Promise<ToolOutput> {
  const { page } = call;
  const ways = { back: () => page.goBack(options(call)), forward: () => page.goForward(options(call)) };
  if (where === "reload") return await load(call, page.url(), () => page.reload(options(call)));
  return await load(call, page.url(), async () => {
    if ((await ways[where]()) === null)
      call.seat.news.note(`There is no page to go ${where} to, or it is a part of this one.`);
  });
}

const options = ({ request, context }: Call) => ({ timeout: request.timeoutMs, signal: context.signal });

/** A page that goes on loading is shown as far as it came. */
async function load(call: Call, url: string, start: () => Promise<unknown>): Promise<ToolOutput> {
  const { seat, page, request, context } = call;
  const before = page.url();
  let failedAt = url;
  const note = (failed: BrowserRequest) => {
    if (failed.isNavigationRequest() && failed.frame() === page.mainFrame()) failedAt = failed.url();
  };
  page.on("requestfailed", note);
  try {
    await start();
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isTimeout(error)) return await refused(call, url, failedAt, error);
    const seconds = (request.timeoutMs / 1000).toLocaleString("en");
    if (page.url() === before && before !== url) {
      await stopLoading(page);
      const words = `${oneLine(url, 300)} did not answer within ${seconds} s.`;
      return failure([words, ...seat.news.take()].map(clean).join("\n"));
    }
    seat.news.note(`The page is still loading after ${seconds} s; this is what it shows so far.`);
  } finally {
    page.off("requestfailed", note);
  }
  return await after(call);
}

/** An address that leads to a download only looks like a failure. */
async function refused(call: Call, url: string, failedAt: string, error: unknown): Promise<ToolOutput> {
  const { seat } = call;
  const text = messageOf(error);
  if (text.includes("Download is starting")) return await after(call);
  const [, code] = /(net::ERR_\w+)/.exec(text) ?? [];
  const led = failedAt === url ? "" : `it led to ${oneLine(failedAt, 200)}, and `;
  const why =
    code === undefined
      ? oneLine(text.split("\n")[0] ?? "", 200)
      : code === "net::ERR_ABORTED"
        ? "it was given up, by the page or because it is no page"
        : reasonOf(code, failedAt, seat.gateway);
  const told = seat.news.take().filter((line) => !line.startsWith(`Error: GET ${oneLine(failedAt, 200)} failed`));
  return failure(
    [`${oneLine(url, 300)} was not opened: ${led}${why}.`, ...told.map((line) => `[${line}]`)].map(clean).join("\n"),
  );
}

/** So that what came too late does not replace the page after all. */
async function stopLoading(page: Page): Promise<void> {
  const stopped = page
    .context()
    .newCDPSession(page)
    .then(async (session) => {
      await session.send("Page.stopLoading");
      await session.detach();
    });
  await atMost(
    1_000,
    stopped.catch(() => {}),
  );
}
