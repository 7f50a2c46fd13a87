/** Writes more than the process may, over a file in the directory given, and prints what came of it. */
import { join } from "node:path";
import { readTool } from "../../tools/read.ts";
import { writeTool } from "../../tools/write.ts";
import { placeAt } from "./tool-bench.ts";

const directory = process.argv[2] ?? "";
await Bun.write(join(directory, "a.txt"), "old");
process.on("SIGXFSZ", () => {});
const place = placeAt(directory);
await place.run(readTool, { file_path: "a.txt" });
const { text } = await place.run(writeTool, { file_path: "a.txt", content: "x".repeat(1_000_000) });
process.stdout.write(text);
