import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { paragraph, tinyDocx } from "../support/tiny-office.ts";
import { tinyPdf } from "../support/tiny-pdf.ts";
import { tinyZip } from "../support/tiny-zip.ts";
import { placeAt } from "./tool-bench.ts";

type Args = { member?: string; limit?: number; offset?: number; pages?: string; as?: "raw" | "image" };

async function read(name: string, content: string | Buffer, args: Args = {}) {
  using dir = tempDir();
  writeFileSync(join(dir.path, name), content);
  const output = await placeAt(dir.path).run(readTool, { file_path: name, ...args });
  return { ...output, text: output.text.replaceAll(dir.path, "") };
}

test("a ZIP is listed, and its entries are read as files are", async () => {
  const zip = tinyZip([
    { name: "src/a.txt", data: "one\ntwo\n" },
    { name: "../../evil\n", data: "x" },
    { name: "locked", data: "x", isEncrypted: true },
    { name: "doc.docx", data: tinyDocx(paragraph("inside")) },
    { name: "lies", data: "x".repeat(100), claims: 1 },
  ]);
  const list = (await read("a.zip", zip)).text.split("\n");
  expect(list.filter((line) => !line.includes("doc.docx") && !line.includes("entries"))).toEqual([
    "Take care: 1 of the names lead outside of where the archive is unpacked.",
    "8\t2024-05-01 12:30\tsrc/a.txt",
    '1\t2024-05-01 12:30\t"../../evil\\n"',
    "1\t2024-05-01 12:30\tlocked (encrypted)",
    "1\t2024-05-01 12:30\tlies",
  ]);
  const cases: [Args, string, boolean][] = [
    [{ member: "src/a.txt" }, "1\tone\n2\ttwo", false],
    [{ member: "src/a.txt", limit: 1 }, "1\tone\n[Lines 1-1 of 2. Go on with offset=2.]", false],
    [{ member: "doc.docx" }, "inside\n", false],
    [{ member: "../../evil\n" }, "1\tx", false],
    [{ member: "a.txt" }, '/a.zip has no entry "a.txt". Did you mean "src/a.txt"?', true],
    [{ member: "locked" }, '/a.zip is protected by a password: "locked" cannot be unpacked.', true],
  ];
  for (const [args, text, failed] of cases) {
    const output = await read("a.zip", zip, args);
    expect([args, output.text, output.isError ?? false]).toEqual([args, text, failed]);
  }
});

/** A tar of the system's own program. */
async function tar(flags: string, suffix: string): Promise<Buffer> {
  using dir = tempDir();
  mkdirSync(join(dir.path, "in"));
  writeFileSync(join(dir.path, "in", "a.txt"), "hello\n");
  writeFileSync(join(dir.path, "in", `${"long".repeat(40)}.txt`), "");
  symlinkSync("/etc/passwd", join(dir.path, "in", "link"));
  const path = join(dir.path, `a.tar${suffix}`);
  const argv = ["tar", flags, path, "--sort=name", "--mtime=2024-05-01 12:30Z", "-C", dir.path, "in"];
  expect(await Bun.spawn(argv).exited).toBe(0);
  return Buffer.from(await Bun.file(path).arrayBuffer());
}

test("tars are listed and read, packed in whatever way", async () => {
  const listed = [
    '4 entries, 6 bytes unpacked. Read one with member="NAME".',
    "0\t2024-05-01 12:30\tin/",
    "6\t2024-05-01 12:30\tin/a.txt",
    "0\t2024-05-01 12:30\tin/link -> /etc/passwd",
    `0\t2024-05-01 12:30\tin/${"long".repeat(40)}.txt`,
  ].join("\n");
  for (const [flags, suffix] of [
    ["-cf", ""],
    ["-czf", ".gz"],
    ["-cJf", ".xz"],
    ["-cjf", ".bz2"],
  ] as const) {
    const bytes = await tar(flags, suffix);
    expect((await read("a", bytes)).text).toBe(listed);
    expect((await read("a", bytes, { member: "./in/a.txt" })).text).toBe("1\thello");
  }
  const packed = zstdCompressSync(await tar("-cf", ""));
  expect((await read("a.tar.zst", packed)).text).toBe(listed);
  expect(await read("a.tar.zst", packed, { member: "in/link" })).toEqual({
    text: '/a.tar.zst has "in/link" as a link, not as a file.',
    isError: true,
  });
  expect((await read("a.tar.zst", packed, { member: "nope" })).text).toBe(
    '/a.tar.zst has no entry "nope". Read it without member for its list.',
  );
});

test("one packed file is read as what it holds", async () => {
  expect((await read("a.log.gz", gzipSync("one\ntwo\n"), { limit: 1 })).text).toBe(
    "1\tone\n[Lines 1-1 of 2. Go on with offset=2.]\n[unpacked from gzip]",
  );
  expect(await read("a.gz", gzipSync(gzipSync("x")))).toEqual({
    text: "/a.gz is packed more than once. Unpack it with Bash.",
    isError: true,
  });
  expect((await read("a.gz", gzipSync("x"), { member: "y" })).text).toBe(
    "/a.gz is one packed file, not an archive; leave member out.",
  );
  expect((await read("a.txt", "x", { member: "y" })).text).toBe("/a.txt is no archive; leave member out.");
  const pdf = await read("a.pdf.gz", gzipSync(tinyPdf(["What the one page says."])), { as: "image" });
  expect(pdf.attachments?.map(({ mime }) => mime)).toEqual(["image/jpeg"]);
  expect((await read("a.docx", tinyDocx(paragraph("x")), { as: "image" })).text).toBe(
    "/a.docx has no pages to be shown as images; leave as out.",
  );
  expect((await read("a.txt", "x", { pages: "1" })).text).toBe("/a.txt has no pages; leave pages out.");
});

test("bombs and damaged archives end in a sentence, and leave nothing behind", async () => {
  const zeros = Buffer.alloc(70_000_000);
  const bomb = tinyZip([{ name: "zeros", data: zeros, claims: 3 }]);
  const cut = (await tar("-cf", "")).subarray(0, 2_000);
  const cases: [string, Buffer, Args, RegExp][] = [
    ["a.zip", bomb, { member: "zeros" }, /^\/a\.zip holds "zeros" with more than 64,000,000 bytes/],
    ["a.gz", gzipSync(zeros), {}, /^\/a\.gz unpacks to more than 64,000,000 bytes/],
    ["a.zip", bomb.subarray(0, 5_000), {}, /^\/a\.zip is a damaged or cut ZIP: the list at its end is missing\.$/],
    [
      "a.gz",
      gzipSync(Buffer.from("text".repeat(5_000))).subarray(0, 40),
      {},
      /^\/a\.gz is a damaged or cut gzip file\.$/,
    ],
    ["a.xz", Buffer.from("\xfd7zXZ\0rubbish", "latin1"), {}, /^\/a\.xz is a damaged or cut xz file\.$/],
    ["a.zst", Buffer.from("\x28\xb5\x2f\xfdrubbish", "latin1"), {}, /^\/a\.zst is a damaged or cut zstd file\.$/],
    ["a.tar", cut, {}, /^\d entr.*\nThe archive is damaged or cut after these\.\n/],
    [
      "a.tar",
      Buffer.concat([Buffer.alloc(257), Buffer.from("ustar"), Buffer.alloc(900, 1)]),
      {},
      /^\/a\.tar is a damaged tar\.$/,
    ],
  ];
  const before = leftovers();
  for (const [name, content, args, wanted] of cases) expect((await read(name, content, args)).text).toMatch(wanted);
  expect(leftovers()).toEqual(before);
});

/** Files that unpacking has left where temporary files go. */
const leftovers = () => readdirSync(tmpdir()).filter((name) => /^sagent-[\da-f]{8}-[\da-f-]{27}/.test(name));

test("pipes and devices are never opened, and other binaries are told by their kind", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  await Bun.spawn(["mkfifo", join(dir.path, "pipe.zip")]).exited;
  symlinkSync("/dev/zero", join(dir.path, "zero.pdf"));
  for (const name of ["pipe.zip", "zero.pdf"]) {
    expect(await place.run(readTool, { file_path: name })).toEqual({
      text: `${dir.path}/${name} is not a regular file (a device, a pipe or a socket).`,
      isError: true,
    });
  }
  writeFileSync(join(dir.path, "elf"), "\x7fELF\0abc");
  expect((await place.run(readTool, { file_path: "elf" })).text).toBe(
    `${dir.path}/elf is a binary file (8 bytes). It looks like an ELF program or library. Look into it with Bash, e.g. file or xxd.\n` +
      "00000000  7f 45 4c 46 00 61 62 63                          .ELF.abc",
  );
  writeFileSync(join(dir.path, "a.db"), "SQLite format 3\0");
  expect((await place.run(readTool, { file_path: "a.db" })).text).toBe(
    `${dir.path}/a.db is a sqlite file (16 bytes). Query it with the tool Sql.`,
  );
});
