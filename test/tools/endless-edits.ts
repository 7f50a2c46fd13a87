/** Counts up in all files of a directory, by one step after another, until it is killed. Says so once it has begun. */
import { readdirSync } from "node:fs";
import { multiEditTool } from "../../tools/multi-edit.ts";
import { contextAt } from "./tool-bench.ts";

const [, , directory = ""] = process.argv;
const names = readdirSync(directory).filter((name) => name.endsWith(".txt"));
const context = contextAt(directory);
const first = await Promise.all(names.map((name) => Bun.file(`${directory}/${name}`).slice(0, 20).text()));
let states = first.map((text) => Number(/^state (\d+)/.exec(text)?.[1]));
const top = Math.max(...states);
for (let next = top + 1; ; next++) {
  const edits = names.map((name, at) => ({
    file_path: name,
    old_string: `state ${states[at]}\n`,
    new_string: `state ${next}\n`,
  }));
  const { isError, text } = await multiEditTool.run({ edits }, context);
  if (isError) throw new Error(text);
  if (next === top + 1) process.stdout.write("begun\n");
  states = states.map(() => next);
}
