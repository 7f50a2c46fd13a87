import { expect, test } from "bun:test";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { tinyPdf } from "../support/tiny-pdf.ts";
import { placeAt } from "./tool-bench.ts";

type Args = { pages?: string; as?: "text" | "image" | "raw"; offset?: number };

async function read(content: string | Buffer, args: Args = {}) {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a.pdf"), content);
  const output = await placeAt(dir.path).run(readTool, { file_path: "a.pdf", ...args });
  return { ...output, text: output.text.replaceAll(dir.path, "") };
}

const say = (number: number) => `This is what page ${number} has to say.`;
const book = (pages: number) => tinyPdf(Array.from({ length: pages }, (_, at) => say(at + 1)));
const shown = (numbers: readonly number[], total: number) =>
  numbers.map((number) => `--- page ${number} of ${total} ---\n${say(number)}`).join("\n");

test("pages come as their text, ten at a time, with what comes next", async () => {
  const pdf = book(12);
  const first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const cases: [Args, string][] = [
    [{}, `${shown(first, 12)}\n[Pages 1-10 of 12. Go on with pages="11-12".]`],
    [{ pages: "11-12" }, shown([11, 12], 12)],
    [{ pages: "12" }, shown([12], 12)],
    [{ pages: "11-" }, shown([11, 12], 12)],
    [{ pages: "11-9999" }, shown([11, 12], 12)],
    [{ pages: "4" }, `${shown([4], 12)}\n[Pages 4-4 of 12.]`],
    [{ pages: "1-9999" }, shown([...first, 11, 12], 12)],
  ];
  for (const [args, text] of cases) expect([args, await read(pdf, args)]).toEqual([args, { text }]);
});

test("what is asked of a PDF that it does not have is an error", async () => {
  const pdf = book(2);
  const cases: [Args, string][] = [
    [{ pages: "3" }, "/a.pdf has 2 pages; there is no page 3."],
    [{ pages: "0" }, '/a.pdf cannot be read by pages=0: write "3", "2-5" or "7-".'],
    [{ pages: "2-1" }, '/a.pdf cannot be read by pages=2-1: write "3", "2-5" or "7-".'],
    [{ pages: "x" }, '/a.pdf cannot be read by pages=x: write "3", "2-5" or "7-".'],
    [{ offset: 3 }, '/a.pdf is a PDF: ask for its pages, e.g. pages="11-20", not for lines.'],
  ];
  for (const [args, text] of cases) expect(await read(pdf, args)).toEqual({ text, isError: true });
});

test("pages come as images on request, and where they have no text", async () => {
  const { text, attachments = [] } = await read(book(2), { as: "image", pages: "2" });
  expect(text).toBe("--- page 2 of 2 ---\n[attached as an image]");
  expect(attachments.map(({ mime, name }) => [mime, name])).toEqual([["image/jpeg", "a.pdf page 2"]]);
  const { width, height } = await sharp(Buffer.from(attachments[0]?.data ?? "", "base64")).metadata();
  expect([width, height]).toEqual([1190, 1684]);
  const scan = tinyPdf(["7"]);
  expect((await read(scan)).text).toBe("--- page 1 of 1 ---\n[attached as an image]\n7");
  expect(await read(scan, { as: "text" })).toEqual({ text: "--- page 1 of 1 ---\n7" });
});

test("images stop at their most, with the pages that are left", async () => {
  const { text, attachments } = await read(book(23), { as: "image", pages: "2-22" });
  expect(attachments?.length).toBe(20);
  expect(text).toEndWith('[Pages 2-21 of 23; more did not fit. Go on with pages="22", as="image".]');
});

test("text that does not fit is cut at a page", async () => {
  const pdf = tinyPdf(Array.from({ length: 40 }, (_, at) => `${at + 1} ${"words ".repeat(900)}`));
  const { text } = await read(pdf, { pages: "1-" });
  expect(text).toMatch(/\n\[Pages 1-18 of 40; more did not fit\. Go on with pages="19-40"\.\]$/);
});

test("damaged, locked and enormous PDFs each have their sentence", async () => {
  const whole = book(3);
  const locked = whole
    .toString("latin1")
    .replace(
      "/Root 1 0 R",
      `/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /O <${"41".repeat(32)}> /U <${"42".repeat(32)}> /P -4 >> /ID [<41><41>]`,
    );
  const damaged = "/a.pdf is damaged, or no PDF after all: it cannot be opened.";
  const cases: [string | Buffer, string][] = [
    ["%PDF-1.7\n", damaged],
    [`%PDF-1.7\n${"\0garbage".repeat(5_000)}`, damaged],
    [whole.subarray(0, 300), damaged],
    [
      Buffer.from(locked, "latin1"),
      "/a.pdf is protected by a password. Unlock a copy with Bash, e.g. qpdf --decrypt --password=….",
    ],
  ];
  for (const [content, text] of cases) expect(await read(content)).toEqual({ text, isError: true });
  const huge = whole.toString("latin1").replaceAll("0 0 595 842", "0 0 20000 9999999");
  expect((await read(Buffer.from(huge, "latin1"), { as: "image", pages: "1" })).text).toContain("page 1 of 3");
  using dir = tempDir();
  writeFileSync(join(dir.path, "a.pdf"), whole);
  truncateSync(join(dir.path, "a.pdf"), 52_428_801);
  expect((await placeAt(dir.path).run(readTool, { file_path: "a.pdf" })).text).toContain(
    "has 52,428,801 bytes; at most 52,428,800 are read",
  );
});

test("a read that is stopped ends its program", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a.pdf"), book(400));
  const place = placeAt(dir.path);
  const running = place.run(readTool, { file_path: "a.pdf", pages: "1-20", as: "image" });
  while (readers() === 0) await Bun.sleep(2);
  place.stop.abort();
  expect(await running).toEqual({ text: `Reading ${dir.path}/a.pdf was stopped.`, isError: true });
  expect([readers(), place.workspace.reads.size]).toEqual([0, 0]);
});

/** Reading programs that this process has running. */
function readers(): number {
  const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "latin1").trim().split(" ");
  return pids.filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("reader")).length;
}
