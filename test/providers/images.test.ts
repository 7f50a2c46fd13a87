import { expect, test } from "bun:test";
import sharp from "sharp";
import type { Attachment, Message } from "../../agent/message.ts";
import type { ModelInfo } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { imageSize } from "../../providers/image-size.ts";
import { imageFitter } from "../../providers/images.ts";
import { picture } from "../contract/images.ts";

const info = (limits: Partial<ModelInfo>): ModelInfo => ({ ...resolveModel("anthropic"), ...limits });
const said = (...attachments: Attachment[]): Message => ({ type: "user", id: "m1", at: 0, text: "Look", attachments });
const bytes = ({ data }: Attachment) => Buffer.from(data, "base64");

/** What one attachment becomes. */
async function fitted(attachment: Attachment, limits: Partial<ModelInfo>): Promise<Attachment> {
  const [message] = await imageFitter(info(limits))([said(attachment)]);
  const [first] = message && "attachments" in message ? (message.attachments ?? []) : [];
  return first ?? attachment;
}

test("what fits is given back as it is, the very objects", async () => {
  const messages = [said(await picture(50, 50)), said({ mime: "application/pdf", data: "A".repeat(9999) })];
  expect(await imageFitter(info({ maxImageEdgePx: 50, maxImageBytes: 1_000_000 }))(messages)).toBe(messages);
  const { maxImageEdgePx: _, maxImageBytes: __, ...endless } = info({});
  expect(await imageFitter(endless)([said(await picture(200, 50))])).toHaveLength(1);
});

test("an image is scaled to the edge in its own format, its sides in proportion", async () => {
  for (const format of ["png", "jpeg", "webp", "gif"] as const) {
    const small = await fitted(await picture(40, 120, format), { maxImageEdgePx: 60 });
    expect([small.mime, imageSize(small)]).toEqual([`image/${format}`, { width: 20, height: 60 }]);
    expect(small.name).toBe(`40x120.${format}`);
    expect((await sharp(bytes(small)).metadata()).format).toBe(format);
  }
});

test("too many bytes make a JPEG of the best quality that fits, then a smaller one", async () => {
  const noise = await picture(120, 120);
  const sizes = [];
  for (const maxImageBytes of [20_000, 10_000, 7000, 1500]) {
    const small = await fitted(noise, { maxImageBytes });
    expect(small.mime).toBe("image/jpeg");
    expect(bytes(small).length).toBeLessThanOrEqual(maxImageBytes);
    sizes.push({ edge: imageSize(small)?.width ?? 0, length: bytes(small).length });
  }
  expect(sizes.slice(0, 3).map(({ edge }) => edge)).toEqual([120, 120, 120]);
  expect(sizes[3]?.edge).toBeLessThan(120);
  const lengths = sizes.map(({ length }) => length);
  expect(lengths).toEqual([...new Set(lengths)].toSorted((a, b) => b - a));
});

test("what is transparent is white in a JPEG, and a turned photograph stands upright", async () => {
  const clear = await sharp({ create: { width: 64, height: 64, channels: 4, background: "#00000000" } })
    .composite([{ input: bytes(await picture(40, 40)), left: 0, top: 0 }])
    .png()
    .toBuffer();
  const flat = await fitted({ mime: "image/png", data: clear.toString("base64") }, { maxImageBytes: 3500 });
  const { data, info: raw } = await sharp(bytes(flat)).raw().toBuffer({ resolveWithObject: true });
  expect(flat.mime).toBe("image/jpeg");
  expect(data[(raw.width * raw.height - 1) * raw.channels] ?? 0).toBeGreaterThan(240);
  const turned = await sharp(bytes(await picture(80, 20, "jpeg")))
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const upright = await fitted({ mime: "image/jpeg", data: turned.toString("base64") }, { maxImageEdgePx: 40 });
  expect(imageSize(upright)).toEqual({ width: 10, height: 40 });
});

test("the same entry becomes the same entry in every call, whatever is said after it", async () => {
  const fit = imageFitter(info({ maxImageEdgePx: 30 }));
  const first = said(await picture(90, 30));
  const [once] = await fit([first]);
  const [again, next] = await fit([first, said()]);
  expect(again).toBe(once ?? said());
  expect(next).toEqual(said());
  const [parallel, twin] = await Promise.all([fit([first]), fit([first])]);
  expect(parallel[0]).toBe(twin[0] ?? said());
});

test("what only looks like an image is left to the vendor", async () => {
  const header = bytes(await picture(90, 30)).subarray(0, 40);
  const broken = { mime: "image/png", data: header.toString("base64") };
  expect(await fitted(broken, { maxImageEdgePx: 30 })).toEqual(broken);
  const text = { mime: "image/png", data: btoa("no image at all") };
  expect(await fitted(text, { maxImageEdgePx: 1, maxImageBytes: 1 })).toEqual(text);
});
