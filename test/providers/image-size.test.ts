import { expect, test } from "bun:test";
import { imageSize } from "../../providers/image-size.ts";

const of = (...bytes: (number | string)[]) =>
  imageSize({
    data: Buffer.concat(
      bytes.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : Buffer.from([piece]))),
    ).toString("base64"),
  });

test("each format tells its size", () => {
  expect(of(0x89, "PNG\r\n\x1a\n", "\0\0\0\rIHDR", 0, 0, 4, 0, 0, 0, 3, 0)).toEqual({ width: 1024, height: 768 });
  expect(of("GIF89a", 0x20, 3, 0x58, 2)).toEqual({ width: 800, height: 600 });
  expect(of("RIFF----WEBPVP8X", "\0\0\0\0\0\0\0\0", 0xff, 3, 0, 0xff, 2, 0)).toEqual({ width: 1024, height: 768 });
  expect(of("RIFF----WEBPVP8 ", "----------", 0x20, 3, 0x58, 2)).toEqual({ width: 800, height: 600 });
  expect(of("RIFF----WEBPVP8L", "----", 0x2f, 0x63, 0x40, 0x0c, 0)).toEqual({ width: 100, height: 50 });
  const app0 = [0xff, 0xe0, 0, 4, 1, 2];
  expect(of(0xff, 0xd8, ...app0, 0xff, 0xc2, 0, 17, 8, 2, 0x58, 3, 0x20)).toEqual({ width: 800, height: 600 });
});

test("what is no image, or torn, has none", () => {
  expect(of("hello, this is just a text of some length")).toBeUndefined();
  expect(of("")).toBeUndefined();
  expect(of(0xff, 0xd8, 0xff, 0xe0, 0, 4)).toBeUndefined();
  expect(of(0x89, "PNG")).toBeUndefined();
});
