/** Runs a command that prints 200 MB, in a process of its own, and prints by how many MB that made it grow. */
import { bashTool } from "../../tools/bash.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

using dir = tempDir();
const place = placeAt(dir.path);
await place.run(bashTool, { command: "true" });
const before = process.memoryUsage.rss();
await place.run(bashTool, { command: "yes 0123456789 | head -c 200000000" });
process.stdout.write(String((process.memoryUsage.rss() - before) / 1e6));
