/** Completion of a file's name among 50,000, a letter at a time; and listing the tree of such a project. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileIndex } from "../../server/file-index.ts";
import { tempDir } from "../support/temp-dir.ts";
import { median, printMetric, quantile } from "./metric.ts";

const rooms = ["agent", "providers", "tools", "server", "ui/view", "ui/state", "test/server", "packages/core/src/lib"];
const nouns = ["session", "fleetRow", "message_list", "file-index", "Terminal", "useHotkeys", "registry", "budget"];
const files = 50_000;
const query = "srvfileindex42";

function makeTree(root: string): void {
  for (let index = 0; index < files; index++) {
    const directory = join(root, rooms[index % rooms.length] ?? "", `part${index % 97}`);
    if (index < rooms.length * 97) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${nouns[(index >> 3) % nouns.length]}${index}.ts`), "");
  }
}

using dir = tempDir({ memory: true });
makeTree(dir.path);
using index = new FileIndex(dir.path, { staleMs: Number.POSITIVE_INFINITY });
const startedAt = performance.now();
const first = await index.find("", 50);
if (first.length !== 50) throw new Error("The list is short.");
printMetric("files.index.50000", performance.now() - startedAt, "ms", 1);
const times: number[] = [];
for (let run = 0; run < 10; run++) {
  for (let length = 1; length <= query.length; length++) {
    const before = performance.now();
    await index.find(query.slice(0, length), 50);
    times.push(performance.now() - before);
  }
}
printMetric("files.find.p50", median(times), "ms", times.length);
printMetric("files.find.p95", quantile(times, 0.95), "ms", times.length);
const worst: number[] = [];
for (let run = 0; run < 10; run++) {
  const before = performance.now();
  await index.find("part", 50);
  worst.push(performance.now() - before);
}
printMetric("files.find.all", median(worst), "ms", worst.length);
