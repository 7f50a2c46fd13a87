/** A long text on a terminal, a screen at a time. */
import { withoutSecrets } from "../providers/auth.ts";
import { isTerminal, writeOut } from "./stdio.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Writes text to standard output; where that is a terminal with fewer lines, through `$PAGER`, else `less`. An empty
 * `PAGER`, or one that cannot be run, means none.
 */
export async function page(text: string, env: Env): Promise<void> {
  const program = env.PAGER ?? "less";
  const isLong = isTerminal("stdout") && text.split("\n").length > (process.stdout.rows || 24);
  const [command, ...args] = program.trim().split(/\s+/);
  if (!isLong || !command || !Bun.which(command, { PATH: env.PATH ?? "" })) return writeOut(text);
  // For `less`: leave at the end of a text that fits, and leave the text on the screen; colours pass.
  const child = Bun.spawn([command, ...args], {
    stdin: "pipe",
    stdout: "inherit",
    stderr: "inherit",
    env: { LESS: "FRSX", ...withoutSecrets(env) },
  });
  // Whoever leaves early does not want the rest.
  const written = (async () => {
    child.stdin.write(text);
    await child.stdin.end();
  })().catch(() => {});
  await Promise.all([child.exited, written]);
}
