/** Packed bytes as a bounded stream of what they were. xz and bzip2 are left to the system's own programs. */
import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { Packing } from "./kind.ts";
import { ReadProblem } from "./request.ts";

/** The file's bytes, unpacked where they are packed. Throws `ReadProblem` where they are damaged. */
export async function* unpacked(path: string, packing: Packing | undefined): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    switch (packing) {
      case undefined:
        return yield* file;
      case "gzip":
        return yield* file.pipe(createGunzip());
      case "zstd":
        return yield* file.pipe(createZstdDecompress());
      case "xz":
        return yield* bySystem("xz", path);
      case "bzip2":
        return yield* bySystem("bzip2", path);
    }
  } catch (error) {
    if (error instanceof ReadProblem) throw error;
    throw new ReadProblem(`is a damaged or cut ${packing} file.`);
  } finally {
    file.destroy();
  }
}

async function* bySystem(program: string, path: string): AsyncGenerator<Buffer> {
  if (Bun.which(program) === null) throw new ReadProblem(`is packed with ${program}, which is not installed here.`);
  const child = spawn(program, ["-dc", "--", path], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = codeOf(child);
  try {
    yield* child.stdout satisfies Readable;
    if ((await ended) !== 0) throw new ReadProblem(`is a damaged or cut ${program} file.`);
  } finally {
    child.kill("SIGKILL");
  }
}

function codeOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
}
