#!/usr/bin/env bun
/** The program `sagent`. Does as little as it can before it knows what is wanted: start-up time is a feature. */
const argv = process.argv.slice(2);
const print = async (text: string) => (await import("./stdio.ts")).writeOut(text);
const only = argv.length === 1 ? argv[0] : undefined;
if (only === "--version" || only === "-v") {
  await print(`${(await import("./version.ts")).version}\n`);
} else if (only === "--help" || only === "-h") {
  await print((await import("./flags.ts")).helpText());
} else {
  const { start } = await import("./start.ts");
  process.exitCode = await start(argv, process.env);
}
