/** Drives a local Chromium, so that an agent sees and uses the web pages it works on. */
import { z } from "zod";
import { messageOf } from "../agent/error.ts";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { act } from "./browser/act.ts";
import { NoBrowserError } from "./browser/find.ts";
import type { BrowserHost } from "./browser/host.ts";
import { isTimeout } from "./browser/reply.ts";
import { actions } from "./browser/request.ts";
import { ScriptError } from "./browser/script.ts";
import type { Seat } from "./browser/seat.ts";
import { clean, head } from "./browser/show.ts";
import { firstLine, TargetError } from "./browser/target.ts";
import description from "./browser.md" with { type: "text" };
import { sayLate } from "./late.ts";
import { failure, oneLine } from "./output.ts";

const schema = z.strictObject({
  action: z.enum(actions),
  url: z.string().min(1).optional(),
  target: z.string().min(1).optional(),
  text: z
    .string()
    .optional()
    .describe(
      "What to type, select, wait for, evaluate or answer; keys, e.g. Control+A; where to scroll: up, down, top, bottom",
    ),
  submit: z.boolean().optional().describe("Enter after typing"),
  full: z.boolean().optional().describe("The whole page in the screenshot"),
  accept: z.boolean().optional(),
  tab: z.int().min(1).optional(),
  files: z.array(z.string().min(1)).min(1).max(20).optional(),
  width: z.int().min(100).max(4_000).optional(),
  height: z.int().min(100).max(4_000).optional(),
  scheme: z.enum(["light", "dark"]).optional(),
  device: z.string().optional().describe("iPhone 15, desktop, ..."),
  timeoutMs: z.int().min(100).max(120_000).optional(),
});

export interface BrowserOptions {
  /** Shared by the agents of a session, whose owner closes it. */
  readonly host: Pick<BrowserHost, "isRunning" | "seat" | "leave">;
}

export function browserTool({ host }: BrowserOptions) {
  return defineTool({
    name: "Browser",
    description,
    schema,
    maxResultChars: 0,
    background: false,
    label: ({ action, url, target, text }) => oneLine(`Browser: ${action} ${url ?? target ?? text ?? ""}`),
    serializeKey: () => "Browser",
    async run(args, context) {
      if (context.signal.aborted) return failure("The browser was not used: the call was stopped.");
      try {
        if (args.action === "close" && args.tab === undefined) {
          await beforeAbort(host.leave(context.agent), context.signal);
          return { text: "All your pages are closed." };
        }
        if (!host.isRunning) context.progress({ type: "status", text: "Starting the browser" });
        return await seated(host, args, context);
      } catch (error) {
        if (context.signal.aborted) return failure("The action was stopped.");
        if (error instanceof NoBrowserError) return failure(error.message);
        throw error;
      }
    },
  });
}

type Args = z.output<typeof schema>;

async function seated(host: BrowserOptions["host"], args: Args, context: ToolContext): Promise<ToolOutput> {
  const coming = host.seat(context.agent, context.workspace);
  const rest = () => coming.then((seat) => seat.rest()).catch(() => {});
  try {
    return await limited(await beforeAbort(coming, context.signal), args, context);
  } finally {
    void rest();
  }
}

/** Playwright keeps times of its own; this is for what waits on a page that is stuck. */
const spareMs = 8_000;
const usualMs = 15_000;

async function limited(seat: Seat, args: Args, context: ToolContext): Promise<ToolOutput> {
  const { clock } = context;
  const timeoutMs = args.timeoutMs ?? usualMs;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const late = clock.sleep(timeoutMs + spareMs, stop.signal).then(() => {
    throw new TargetError(
      "The page does not answer; a script of it may run for ever. Close its tab, or open another page.",
    );
  });
  late.catch(() => {});
  using _ = sayLate(context, words(args));
  try {
    const doing = act(seat, { ...args, timeoutMs }, { ...context, signal });
    return await beforeAbort(Promise.race([doing, late]), context.signal);
  } catch (error) {
    if (context.signal.aborted) throw error;
    return await failed(seat, error);
  } finally {
    stop.abort();
  }
}

const words = ({ action, url, target }: Args) => oneLine(`${action} ${url ?? target ?? ""} is under way`);

/** What went wrong, in a sentence, with what else happened. */
async function failed(seat: Seat, error: unknown): Promise<ToolOutput> {
  const known = error instanceof TargetError || error instanceof ScriptError;
  const words = known ? messageOf(error) : explain(error);
  return failure(clean([words, ...(await head(seat))].join("\n")));
}

function explain(error: unknown): string {
  if (isTimeout(error))
    return `${firstLine(error)}. It may be hidden, disabled, covered or still loading; look at a snapshot.`;
  return `The browser could not do it: ${firstLine(error)}.`;
}

/** Rejects at once when the signal aborts; the work goes on to an end of its own. */
async function beforeAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new Error("The call was stopped."));
  work.catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
