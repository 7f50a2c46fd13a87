/** What lies outside of the page: the files it is given, and the screen and the device it believes to be on. */
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import type { ToolOutput } from "../../agent/tool.ts";
import { fileProblem, readState } from "../files.ts";
import { oneLine } from "../output.ts";
import { resolvePath } from "../path.ts";
import { isOfWorkspace } from "./address.ts";
import { after, type Call, needed } from "./reply.ts";
import { find, TargetError } from "./target.ts";

/** Gives files to a field for them, or to what opens a choice of files when it is clicked. */
export async function upload({ seat, page, request, context }: Call): Promise<void> {
  const options = { timeout: request.timeoutMs, signal: context.signal };
  const paths = await Promise.all(needed(request, "files").map((file) => readable(file, seat.downloads, context)));
  const target = await find(page, needed(request, "target"));
  const isField = await target.evaluate((node) => node.matches("input[type=file]"), undefined, options);
  if (isField) return await target.setInputFiles(paths, options);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser", options), target.click(options)]);
  await chooser.setFiles(paths, options);
}

async function readable(file: string, downloads: readonly string[], { workspace }: Call["context"]): Promise<string> {
  const path = resolvePath(file, workspace);
  if (!downloads.includes(path) && !isOfWorkspace(pathToFileURL(path), workspace)) {
    throw new TargetError(
      `${oneLine(file)} lies outside of the directory of the session; only files below it are uploaded.`,
    );
  }
  const state = await readState(path).catch((error: unknown) => {
    throw new TargetError(fileProblem("read", path, error));
  });
  if (!state?.stats.isFile()) throw new TargetError(`There is no file ${path}.`);
  return path;
}

/** A size and a scheme change the page that is open; another device opens all pages anew. */
export async function emulate(call: Call): Promise<ToolOutput> {
  const { seat, request } = call;
  const { width, height, scheme, device } = request;
  if (device !== undefined) await seat.reopen(await lookOf(device));
  const page = await seat.open();
  if (width !== undefined || height !== undefined) {
    const now = page.viewportSize() ?? { width: 1280, height: 800 };
    await page.setViewportSize({ width: width ?? now.width, height: height ?? now.height });
  }
  if (scheme !== undefined) await page.emulateMedia({ colorScheme: scheme });
  const size = page.viewportSize();
  seat.news.note(`The view is ${size?.width} × ${size?.height} px.`);
  return await after({ ...call, page });
}

async function lookOf(name: string): Promise<BrowserContextOptions> {
  if (/^desktop$/i.test(name)) return {};
  const { devices } = await import("playwright-core");
  const wanted = name.toLowerCase();
  const names = Object.keys(devices);
  const known = names.find((each) => each.toLowerCase() === wanted);
  const look = known === undefined ? undefined : devices[known];
  if (look) {
    const { defaultBrowserType: _, ...rest } = look;
    return rest;
  }
  const near = names.filter((each) => wanted.split(/\s+/).some((word) => each.toLowerCase().includes(word)));
  const some = (near.length > 0 ? near : ["iPhone 15", "Pixel 7", "iPad Mini"]).slice(0, 12).join(", ");
  throw new TargetError(`There is no device ${JSON.stringify(oneLine(name))}. There are, for example: ${some}.`);
}
