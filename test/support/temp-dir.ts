/** A directory that is gone at the end of the test. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempDir extends Disposable {
  /** Absolute, with symlinks resolved. */
  readonly path: string;
}

/** `memory` is for tests that fsync thousands of times: the directory is on a RAM disk where there is one. */
export function tempDir(options: { memory?: boolean } = {}): TempDir {
  const parent = options.memory && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const path = realpathSync(mkdtempSync(join(parent, "sagent-test-")));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
