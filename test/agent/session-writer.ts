/**
 * A process that opens the session in its first argument and appends until it is killed, one event after another, some
 * in bursts. Prints a line with the last `seq` that was saved after every fsync.
 */
import { existsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Session, sessionFile } from "../../agent/session.ts";
import { said } from "./session-events.ts";

const dir = process.argv[2] ?? "";
const session = existsSync(join(dir, sessionFile)) ? await Session.open(dir) : await Session.create(dir);
session.onSaved((events) => writeSync(1, `${events.at(-1)?.seq}\n`));

let seq = session.events.at(-1)?.seq ?? 0;
for (;;) {
  const burst = 1 + (seq % 5);
  for (let count = 0; count < burst; count++) session.append(said(++seq, "x".repeat((seq * 37) % 3000)));
  if (seq % 3 === 0) await session.flush();
  else await Bun.sleep(1);
}
