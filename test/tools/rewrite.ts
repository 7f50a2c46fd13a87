/** Rewrites the file given, over and over, until it is killed. Says so once it has begun. */
import { dirname } from "node:path";
import { readTool } from "../../tools/read.ts";
import { writeTool } from "../../tools/write.ts";
import { placeAt } from "./tool-bench.ts";

const file_path = process.argv[2] ?? "";
const place = placeAt(dirname(file_path));
await place.run(readTool, { file_path });
for (let round = 0; ; round++) {
  const { text } = await place.run(writeTool, { file_path, content: (round % 2 === 0 ? "a" : "b").repeat(2_000_000) });
  if (round === 0) process.stdout.write(`${text}\n`);
}
