#!/usr/bin/env -S bun --no-env-file --config=/dev/null
/**
 * The program `sagent`. Does as little as it can before it knows what is wanted: start-up time is a feature. Bun is started so
 * that the directory it is used in decides nothing: a project's `bunfig.toml` could run code, its `.env` send keys elsewhere.
 */
const argv = process.argv.slice(2);
const only = argv.length === 1 ? argv[0] : undefined;
if (only === "--version" || only === "-v") {
  process.exitCode = await print(`${(await import("./version.ts")).version}\n`);
} else if (only === "--help" || only === "-h") {
  process.exitCode = await print((await import("./flags.ts")).helpText());
} else {
  const { start } = await import("./start.ts");
  process.exitCode = await start(argv, process.env);
}

/** Resolves to the exit code. */
async function print(text: string): Promise<number> {
  const { writeOut } = await import("./stdio.ts");
  return writeOut(text).then(
    () => 0,
    () => 1,
  );
}
