/** Pictures of a page, of a size that models take. */
import type { Locator, Page } from "playwright-core";
import type { Attachment } from "../../agent/message.ts";

export interface Shot {
  readonly attachment: Attachment;
  readonly width: number;
  readonly height: number;
  /** What is not on it, as a sentence. */
  readonly note?: string;
}

interface ShotOptions {
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Longest edge: what lies below it is left out. */
const maxEdgePx = 4_096;
/** Above it a picture is sent as JPEG. */
const maxPngBytes = 1_500_000;
const quality = 80;

type Take = (type: "png" | "jpeg") => Promise<Buffer>;

export async function shootView(page: Page, options: ShotOptions): Promise<Shot> {
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  return { attachment: await picture((type) => page.screenshot(settings(type, options))), width, height };
}

export async function shootElement(target: Locator, options: ShotOptions): Promise<Shot> {
  const box = await target.boundingBox({ timeout: options.timeout });
  const { width = 0, height = 0 } = box ?? {};
  const size = { width: Math.round(width), height: Math.round(height) };
  const attachment = await picture((type) => target.screenshot(settings(type, options)));
  return { attachment, ...size };
}

/** From its top as far down as a picture may reach. */
export async function shootWhole(page: Page): Promise<Shot> {
  const session = await page.context().newCDPSession(page);
  try {
    const { cssContentSize } = await session.send("Page.getLayoutMetrics");
    const [width, height] = [cssContentSize.width, cssContentSize.height].map((edge) =>
      Math.min(maxEdgePx, Math.ceil(edge)),
    );
    if (!width || !height) throw new Error("The page has no size.");
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    const attachment = await picture(async (format) => {
      const wanted = { format, clip, captureBeyondViewport: true, ...(format === "jpeg" ? { quality } : {}) };
      return Buffer.from((await session.send("Page.captureScreenshot", wanted)).data, "base64");
    });
    const rest = Math.ceil(cssContentSize.height) - height;
    const note = `The page goes on for another ${rest.toLocaleString("en")} px; scroll there to see it.`;
    return { attachment, width, height, ...(rest > 0 ? { note } : {}) };
  } finally {
    await session.detach().catch(() => {});
  }
}

function settings(type: "png" | "jpeg", options: ShotOptions) {
  const of = { type, scale: "css", animations: "disabled", ...options } as const;
  return type === "jpeg" ? { ...of, quality } : of;
}

async function picture(take: Take): Promise<Attachment> {
  const png = await take("png");
  const [type, bytes] = png.length <= maxPngBytes ? (["png", png] as const) : (["jpeg", await take("jpeg")] as const);
  const name = `screenshot.${type === "png" ? "png" : "jpg"}`;
  return { mime: `image/${type}`, data: bytes.toString("base64"), name };
}
