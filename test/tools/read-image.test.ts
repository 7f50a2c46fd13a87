import { expect, test } from "bun:test";
import { randomFillSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

async function read(name: string, content: string | Buffer) {
  using dir = tempDir();
  writeFileSync(join(dir.path, name), content);
  const output = await placeAt(dir.path).run(readTool, { file_path: name });
  return { ...output, text: output.text.replaceAll(dir.path, "") };
}

/** Half red, half blue, side by side. */
function flag(width = 40, height = 20): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) data[at * 3 + (at % width < width / 2 ? 0 : 2)] = 255;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Size and colours at the left and right edge, or at the top and bottom. */
async function look(data: string | undefined) {
  const image = sharp(Buffer.from(data ?? "", "base64"));
  const { data: raw, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const main = (at: number) => ((raw[at * 3] ?? 0) > (raw[at * 3 + 2] ?? 0) ? "red" : "blue");
  return [info.width, info.height, main(0), main(info.width * info.height - 1)];
}

test("what models take is attached as it is", async () => {
  for (const format of ["png", "jpeg", "webp", "gif"] as const) {
    const bytes = await flag().toFormat(format).toBuffer();
    expect(await read("a", bytes)).toEqual({
      text: `Image (image/${format}, ${bytes.length} bytes) attached.`,
      attachments: [{ mime: `image/${format}`, data: bytes.toString("base64"), name: "a" }],
    });
  }
  expect((await read("a.svg", "<svg/>")).text).toBe("1\t<svg/>");
});

test("other formats are converted, turned photos set upright, of moving ones the first frame is shown", async () => {
  const frames = await sharp([await flag().png().toBuffer(), await flag().negate().png().toBuffer()], {
    join: { animated: true },
  })
    .gif()
    .toBuffer();
  const cases: [string, Buffer, string, (string | number)[]][] = [
    ["a.tiff", await flag().tiff().toBuffer(), "converted from TIFF", [40, 20, "red", "blue"]],
    ["a.avif", await flag().avif().toBuffer(), "converted from AVIF", [40, 20, "red", "blue"]],
    ["a.gif", frames, "the first of 2 frames", [40, 20, "red", "blue"]],
    [
      "a.jpg",
      await flag().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
      "turned upright",
      [20, 40, "red", "blue"],
    ],
    ["a.bmp", bitmap(), "converted from BMP", [2, 1, "red", "blue"]],
  ];
  for (const [name, bytes, note, seen] of cases) {
    const { text, attachments } = await read(name, bytes);
    expect([name, text]).toEqual([name, expect.stringMatching(new RegExp(`attached\\. \\[${note}\\]$`))]);
    expect([name, ...(await look(attachments?.[0]?.data))]).toEqual([name, ...seen]);
  }
});

/** A red and a blue pixel by a palette. */
function bitmap(): Buffer {
  const bytes = Buffer.alloc(66);
  bytes.write("BM");
  bytes.writeUInt32LE(62, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(2, 18);
  bytes.writeInt32LE(1, 22);
  bytes.writeUInt16LE(1, 28);
  bytes.set([0, 0, 255, 0, 255, 0, 0, 0, 0b01000000], 54);
  return bytes;
}

test("large images are made smaller, in bytes and in pixels", async () => {
  const pixels = Buffer.alloc(1_800 * 1_800 * 3);
  randomFillSync(pixels);
  const noise = sharp(pixels, { raw: { width: 1_800, height: 1_800, channels: 3 } });
  const wide = await flag(9_000, 30).png().toBuffer();
  for (const [bytes, note] of [
    [await noise.png().toBuffer(), "1800x1800"],
    [wide, "9000x30"],
  ] as const) {
    const { text, attachments } = await read("a.png", bytes);
    expect(text).toEndWith(`[made smaller from ${note}]`);
    const data = Buffer.from(attachments?.[0]?.data ?? "", "base64");
    expect(data.length).toBeLessThanOrEqual(7_500_000);
    expect((await sharp(data).metadata()).width).toBeLessThanOrEqual(4_096);
  }
});

test("damaged images and bombs are refused, so that no model is sent one", async () => {
  const png = await flag(200, 200).png({ compressionLevel: 0 }).toBuffer();
  const bomb = Buffer.from(await flag(3, 3).png().toBuffer());
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  const heic = Buffer.concat([Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Buffer.alloc(200)]);
  const cases: [string, Buffer, RegExp][] = [
    ["a.png", png.subarray(0, 5_000), /^\/a\.png is a damaged or cut image/],
    ["a.png", Buffer.from("\x89PNG\r\n\x1a\nrubbish", "latin1"), /^\/a\.png is a damaged or cut image/],
    ["a.jpg", Buffer.from("\xff\xd8\xffrubbish", "latin1"), /^\/a\.jpg is a damaged or cut image/],
    ["a.png", bomb, /^\/a\.png is (a damaged or cut image|an image of more than 100,000,000 pixels)/],
    ["a.bmp", bitmap().subarray(0, 60), /^\/a\.bmp is a damaged BMP image\.$/],
    ["a.heic", heic, /^\/a\.heic is a HEIC image, whose compression cannot be decoded here/],
  ];
  for (const [name, bytes, wanted] of cases) {
    const { text, isError, attachments } = await read(name, bytes);
    expect([text, isError, attachments]).toEqual([expect.stringMatching(wanted), true, undefined]);
  }
});
