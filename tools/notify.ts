/**
 * Tells the person something. The surfaces that they sit at show it, from the `details` of the result: `{ type: "custom",
 * name: "notify", data: { title, text, desktop } }`; the desktop is told from here.
 */
import { z } from "zod";
import { defineTool, type ToolContext } from "../agent/tool.ts";
import description from "./notify.md" with { type: "text" };
import { failure, oneLine } from "./output.ts";
import { runProcess } from "./process.ts";

const schema = z.strictObject({
  text: z.string().trim().min(1).max(500),
  title: z.string().trim().min(1).max(100).optional(),
});

const desktopMs = 5_000;

export const notifyTool = defineTool({
  name: "Notify",
  description,
  schema,
  background: false,
  label: ({ text }) => oneLine(`Notify: ${shown(text)}`),
  async run(args, context) {
    if (context.signal.aborted) return failure("The call was stopped; nobody was told.");
    const title = shown(args.title ?? "") || context.agent;
    const text = shown(args.text);
    if (text === "") return failure("The text has nothing in it that can be shown.");
    const desktop = await tellDesktop(title, text, context);
    if (context.signal.aborted) return failure("The call was stopped.");
    const where = desktop
      ? "It shows on the desktop, and where the person follows this session."
      : "There is no desktop to show it on; it shows where the person follows this session, if they do.";
    return { text: `Told. ${where}`, details: { type: "custom", name: "notify", data: { title, text, desktop } } };
  },
});

/** One line without control characters and marks that turn its direction. */
function shown(text: string): string {
  return oneLine(text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ""), 500);
}

/** Whether there is a desktop, and it took it. */
async function tellDesktop(title: string, text: string, context: ToolContext): Promise<boolean> {
  const { env, cwd } = context.workspace;
  const argv = desktopCommand(title, text, env);
  if (!argv) return false;
  const { clock, signal } = context;
  const options = { argv, cwd, env, clock, signal, timeoutMs: desktopMs, onOutput: () => {} };
  const end = await runProcess(options).catch(() => undefined);
  return end?.exitCode === 0;
}

type Env = Readonly<Record<string, string>>;

/** The program that shows it, with its arguments; undefined where there is no desktop. */
export function desktopCommand(
  title: string,
  text: string,
  env: Env,
  platform: NodeJS.Platform = process.platform,
): string[] | undefined {
  const find = (name: string) => Bun.which(name, { PATH: env.PATH ?? "" }) ?? undefined;
  if (platform === "darwin") {
    const program = find("osascript");
    const script = ["on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run"];
    return program === undefined ? undefined : [program, ...script.flatMap((line) => ["-e", line]), "--", title, text];
  }
  const isDesktop = env.DISPLAY || env.WAYLAND_DISPLAY || env.DBUS_SESSION_BUS_ADDRESS;
  const program = isDesktop ? find("notify-send") : undefined;
  return program === undefined ? undefined : [program, "--app-name=sagent", "--", title, escapeMarkup(text)];
}

/** The body of a notification may be markup (Desktop Notifications Specification, "Markup"). */
const escapeMarkup = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
