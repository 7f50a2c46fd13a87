import { expect, test } from "bun:test";
import { join } from "node:path";
import { Session } from "../../agent/session.ts";
import { tempDir } from "../support/temp-dir.ts";

test("a disk that refuses loses nothing: the file stays whole and the next flush saves the rest", async () => {
  using temp = tempDir();
  const dir = join(temp.path, "s");
  const limited = "trap '' XFSZ; ulimit -S -f 20; exec \"$@\"";
  const script = join(import.meta.dir, "session-full-disk.ts");
  const child = Bun.spawn(["bash", "-c", limited, "-", process.execPath, script, dir], { stderr: "pipe" });
  const [out, err] = await Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()));
  expect(err).toBe("");
  const seen = JSON.parse(out ?? "");
  expect(seen).toEqual({ failure: true, refusedAgain: true, wholeLines: true, missing: 0, seq: seen.seq });
  expect(seen.seq).toBeLessThan(100);
  await using session = await Session.open(dir);
  expect(session.events.map((event) => event.seq)).toEqual(Array.from({ length: seen.seq }, (_, index) => index + 1));
  expect(session.damage).toEqual({ badLines: 0, tornTail: false });
});
