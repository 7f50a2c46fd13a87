/**
 * A process whose files may not grow past a limit that its starter set. Fills its session until the disk refuses, has
 * the limit lifted, saves what was refused, and prints what it saw as one JSON line.
 */
import { readFileSync } from "node:fs";
import { SessionWriteError } from "../../agent/error.ts";
import { Session } from "../../agent/session.ts";
import { said } from "./session-events.ts";

const session = await Session.create(process.argv[2] ?? "");
const saved: number[] = [];
session.onSaved((events) => saved.push(...events.map((event) => event.seq)));

let seq = 0;
let failure: unknown;
while (!failure && seq < 1000) {
  session.append(said(++seq, "x".repeat(1000)));
  await session.flush().catch((error: unknown) => {
    failure = error;
  });
}
session.append(said(++seq, "after the refusal"));
const refusedAgain = await session.flush().catch((error: unknown) => error instanceof SessionWriteError);
const onDisk = readFileSync(session.path, "utf8");
const savedBefore = saved.length;

await Bun.spawn(["prlimit", "--pid", String(process.pid), "--fsize=unlimited:unlimited"]).exited;
await session.close();
const summary = {
  failure: failure instanceof SessionWriteError,
  refusedAgain,
  wholeLines: onDisk.endsWith("\n") && onDisk.split("\n").length - 1 === savedBefore,
  missing: seq - saved.length,
  seq,
};
process.stdout.write(JSON.stringify(summary));
