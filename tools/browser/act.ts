/** The actions: what each does with a page, and what it answers. */
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { cutToTokens, failure, plural } from "../output.ts";
import { toMarkdown } from "../web/markdown.ts";
import { go, open } from "./go.ts";
import { handle } from "./handle.ts";
import { emulate, upload } from "./outside.ts";
import { after, type Call, needed, told, withTree } from "./reply.ts";
import type { Request } from "./request.ts";
import { evaluate } from "./script.ts";
import type { Seat } from "./seat.ts";
import { shootElement, shootView, shootWhole } from "./shot.ts";
import { clean, head, settle, wholeTokens } from "./show.ts";
import { find, TargetError } from "./target.ts";

/** A page must be open for all but these. */
const needNoPage: readonly Request["action"][] = ["open", "console", "dialog", "tab", "emulate", "close"];

/** Rejects with `TargetError`, `ScriptError` or what the browser says. */
export async function act(seat: Seat, request: Request, context: ToolContext): Promise<ToolOutput> {
  if (!seat.page && !needNoPage.includes(request.action)) {
    return failure(['No page is open; begin with action "open".', ...seat.news.take()].join("\n"));
  }
  switch (request.action) {
    case "console":
      return await told(seat, seat.news.takeAll(), context);
    case "dialog":
      seat.answerNext({ accept: request.accept ?? request.text !== undefined, text: request.text });
      return { text: `The next dialog will be ${request.accept === false ? "dismissed" : "accepted"}.` };
    case "tab":
    case "close":
      return await tabs(seat, request, context);
    default:
      return await onPage({ seat, request, context, page: await seat.open() });
  }
}

async function onPage(call: Call): Promise<ToolOutput> {
  const { seat, page, request, context } = call;
  switch (request.action) {
    case "open":
      return await open(call);
    case "back":
    case "forward":
    case "reload":
      return await go(call, request.action);
    case "snapshot":
      return await withTree(call, wholeTokens);
    case "read":
      return await read(call);
    case "screenshot":
      return await shoot(call);
    case "evaluate": {
      const value = await evaluate(page, needed(request, "text"), request.timeoutMs);
      await settle(seat, page, context.clock, context.signal);
      return await told(seat, clean(value).split("\n"), context);
    }
    case "emulate":
      return await emulate(call);
    case "upload":
      await upload(call);
      break;
    case "click":
    case "type":
    case "press":
    case "select":
    case "hover":
    case "scroll":
    case "wait":
      await handle(call, request.action);
      break;
    default:
      throw new TargetError(`There is no action "${request.action}".`);
  }
  return await after(call);
}

async function read(call: Call): Promise<ToolOutput> {
  const { seat, page, request, context } = call;
  const part = request.target === undefined ? undefined : await find(page, request.target);
  const html = part
    ? await part.evaluate((node) => node.outerHTML, undefined, { timeout: request.timeoutMs })
    : await page.content();
  const { markdown } = await toMarkdown(html, new URL(page.url()), { whole: part !== undefined });
  const text = clean(markdown) || "The page has no text.";
  const cut = cutToTokens(text, wholeTokens, context.countTokens);
  const note =
    cut.length < text.length
      ? `\n[The other ${(text.length - cut.length).toLocaleString("en")} characters did not fit; read a part of the page by its target.]`
      : "";
  return { text: [...(await head(seat)), "", `${cut}${note}`].join("\n") };
}

async function shoot(call: Call): Promise<ToolOutput> {
  const { seat, page, request, context } = call;
  const options = { timeout: request.timeoutMs, signal: context.signal };
  const shot =
    request.target !== undefined
      ? await shootElement(await find(page, request.target), options)
      : request.full === true
        ? await shootWhole(page)
        : await shootView(page, options);
  const { attachment, width, height, note } = shot;
  const what = `A screenshot of ${width} × ${height} px is attached.`;
  return { text: [...(await head(seat)), what, ...(note ? [note] : [])].join("\n"), attachments: [attachment] };
}

async function tabs(seat: Seat, { action, tab }: Request, context: ToolContext): Promise<ToolOutput> {
  const wanted = tab === undefined ? undefined : seat.tabs[tab - 1];
  if (tab !== undefined && !wanted)
    throw new TargetError(`There is no tab ${tab}; ${plural(seat.tabs.length, "tab is", "tabs are")} open.`);
  if (wanted && action === "close") await wanted.close();
  else if (wanted) {
    seat.select(wanted);
    await wanted.bringToFront();
  }
  const lines = seat.tabs.map(
    (page, at) => `${at + 1}. ${page.url()}${page === seat.page ? " (the one you are in)" : ""}`,
  );
  return await told(seat, lines, context);
}
