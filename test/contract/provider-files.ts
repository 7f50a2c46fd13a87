/** The contract's cases of files: what reaches the model, in which size, and what stands for the rest. */
import { expect, test } from "bun:test";
import type { Attachment } from "../../agent/message.ts";
import { lowestSettings } from "../../agent/model.ts";
import { imageSize } from "../../providers/image-size.ts";
import { picture } from "./images.ts";
import { conversation, doneOf, page, pixel, type Rig, rig, type Subject } from "./provider-rig.ts";

export function fileCases(name: string, subject: Subject): void {
  const { images, pdf } = subject.can;

  test(`${name}: images and PDFs reach the model, or a note says what was left out`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "I see." }] }]);
    const [message] = await sent(it, subject, [
      { ...pixel, name: "dot.png" },
      { ...page, name: "page.pdf" },
    ]);
    expect(message?.images).toEqual([...(images ? ["image/png"] : []), ...(pdf ? ["application/pdf"] : [])]);
    const words = message?.texts.join("\n") ?? "";
    expect(words.includes("dot.png")).toBe(!images);
    expect(words.includes("page.pdf")).toBe(!pdf);
    expect(words).toContain("Look");
    const body = it.fake.requests[0]?.text ?? "";
    expect(body.includes(pixel.data)).toBe(images);
    expect(body.includes(page.data)).toBe(pdf);
  });

  test(`${name}: an image over the model's edge is sent smaller, one within it as it is`, async () => {
    const info = { ...subject.info, maxImageEdgePx: 100 };
    await using it = await rig(subject, [{ parts: [{ text: "I see." }] }], { info });
    const [wide, small] = await Promise.all([picture(250, 50, "webp"), picture(100, 20, "gif")]);
    await sent(it, subject, [wide, small]);
    const text = it.fake.requests[0]?.text ?? "";
    expect(text.includes(small.data)).toBe(images);
    expect(text.includes(wide.data)).toBe(false);
    expect(images ? imagesIn(it) : []).toEqual(
      images
        ? [
            ["image/webp", 100, 20],
            ["image/gif", 100, 20],
          ]
        : [],
    );
  });

  test(`${name}: an image of too many bytes is sent as a JPEG that fits, and always as the same`, async () => {
    const maxImageBytes = 3000;
    const info = { ...subject.info, maxImageBytes };
    await using it = await rig(subject, () => ({ parts: [{ text: "I see." }] }), { info });
    const noise = await picture(60, 60);
    expect(Buffer.from(noise.data, "base64").length).toBeGreaterThan(maxImageBytes);
    const talk = conversation(info);
    talk.user("Look", [noise]);
    talk.answer(doneOf(await it.ask(talk.log)));
    talk.user("Again");
    doneOf(await it.ask(talk.log));
    const seen = it.fake.requests.map(({ view }) => view.messages[0]?.images);
    expect(seen).toEqual(images ? [["image/jpeg"], ["image/jpeg"]] : [[], []]);
    const [first, second] = it.fake.requests.map(({ text }) => base64In(text));
    expect(first).toEqual(second ?? []);
    for (const data of first ?? []) expect(Buffer.from(data, "base64").length).toBeLessThanOrEqual(maxImageBytes);
    expect(it.fake.problems).toEqual([]);
  });
}

async function sent(it: Rig, subject: Subject, attachments: Attachment[]) {
  const talk = conversation(subject.info);
  talk.user("Look", attachments);
  doneOf(await it.ask(talk.log, { settings: lowestSettings(subject.info) }));
  expect(it.fake.problems).toEqual([]);
  return it.fake.requests[0]?.view.messages ?? [];
}

/** Long runs of base64 in a body: the files that it carries. */
function base64In(text: string): string[] {
  return text.match(/[A-Za-z0-9+/]{100,}={0,2}/g) ?? [];
}

/** Type and size of each image of the first request. */
function imagesIn(it: Rig): unknown[] {
  const { text, view } = it.fake.requests[0] ?? { text: "", view: { messages: [] } };
  const mimes = view.messages.flatMap((message) => message.images);
  return base64In(text).map((data, index) => {
    const size = imageSize({ data });
    return [mimes[index], size?.width, size?.height];
  });
}
