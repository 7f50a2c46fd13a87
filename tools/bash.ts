/** Bash: runs a command in a shell whose working directory is remembered. */
import { rmSync, statSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { defineTool, exclusive, type ToolContext, type ToolOutput, type Workspace } from "../agent/tool.ts";
import description from "./bash.md" with { type: "text" };
import { isReadOnly } from "./bash-classify.ts";
import { liveOutput } from "./bash-live.ts";
import { type Capture, captureOutput } from "./bash-output.ts";
import { failure, maxResultTokens, oneLine } from "./output.ts";
import { type ProcessEnd, runProcess } from "./process.ts";
import { ToolSettings } from "./settings.ts";
import { findShell, readCwd, type Shell, shellScript } from "./shell.ts";

const maxChars = 30_000;
/** Room in the result for the status and notes. */
const statusTokens = 200;
const maxTimeoutMs = 600_000;
const leftoversNote =
  "[Background jobs of this command were ended with it; start one with nohup or setsid to keep it running.]";

const schema = z.strictObject({
  command: z.string().min(1),
  timeout: z.number().optional().describe("ms"),
  description: z.string().optional().describe("What it does, in a few words"),
});
type BashArgs = z.output<typeof schema>;

export const bashTool = bashToolWith(new ToolSettings());

export function bashToolWith(settings: ToolSettings) {
  return defineTool({
    name: "Bash",
    description: description.trim(),
    schema,
    maxResultChars: 0,
    label: ({ command }) => `Run ${oneLine(command)}`,
    serializeKey: ({ command }) => (isReadOnly(command) ? undefined : exclusive),
    run: (args, context) => run({ ...args, timeout: args.timeout ?? settings.get("Bash", "timeoutMs") }, context),
  });
}

type TimedArgs = BashArgs & { readonly timeout: number };

async function run(args: TimedArgs, context: ToolContext): Promise<ToolOutput> {
  const { workspace } = context;
  const shell = findShell(workspace.env.PATH);
  if (!shell) return failure("There is no bash or sh on this machine, so the command was not run.");
  const notes = [settleCwd(workspace), shell.isBash ? undefined : "[bash was not found; the command ran in sh.]"];
  const from = workspace.cwd;
  const timeoutMs = Math.min(maxTimeoutMs, Math.max(1, args.timeout));
  const captured = captureOutput();
  let end: ProcessEnd;
  try {
    end = await runShell(shell, args.command, timeoutMs, captured, context);
  } catch (error) {
    return failure(`The shell could not be started, so the command was not run: ${whyNot(error)}`);
  }
  const moved = settleCwd(workspace);
  if (moved) notes.push(moved);
  else if (workspace.cwd !== from) notes.push(`[The working directory is now ${workspace.cwd}.]`);
  if (end.hungUp > 0) notes.push(leftoversNote);
  const { text, isError } = status(end, timeoutMs);
  const { countTokens } = context;
  const coloured = captured.coloured();
  const output = captured.text({ maxChars, maxTokens: maxResultTokens - statusTokens, countTokens });
  return {
    text: [output || "(no output)", ...notes, text].filter((line) => line !== undefined).join("\n"),
    isError,
    details: {
      type: "process",
      exitCode: end.exitCode,
      signal: end.signal,
      timedOut: end.cause === "timeout",
      durationMs: end.durationMs,
      stdoutBytes: captured.bytes.stdout,
      stderrBytes: captured.bytes.stderr,
      ...(coloured === undefined ? {} : { coloured }),
    },
  };
}

/** Runs the command, feeding output to the capture and the live view, and moves the workspace where it ended. */
async function runShell(shell: Shell, command: string, timeoutMs: number, captured: Capture, context: ToolContext) {
  const { workspace, clock, signal, progress } = context;
  const { cwd } = workspace;
  const cwdFile = join(tmpdir(), `sagent-cwd-${crypto.randomUUID()}`);
  const live = liveOutput((stream, text) => progress({ type: "output", stream, text }));
  try {
    return await runProcess({
      argv: [shell.path, "-c", shellScript(command, cwdFile, shell), shell.isBash ? "bash" : "sh"],
      cwd,
      env: { ...workspace.env, PWD: cwd },
      timeoutMs,
      clock,
      signal,
      onOutput(stream, bytes) {
        captured.add(stream, bytes);
        live.add(stream, bytes);
      },
    });
  } finally {
    live.end();
    workspace.cwd = readCwd(cwdFile) ?? cwd;
    rmSync(cwdFile, { force: true });
  }
}

/** How the command ended, in a line; anything but exit code 0 is an error. */
function status(end: ProcessEnd, timeoutMs: number): { text: string; isError: boolean } {
  const after = end.durationMs >= 1000 ? ` after ${seconds(end.durationMs)}` : "";
  if (end.cause === "timeout") {
    return { text: `[timed out after ${seconds(timeoutMs)} and was ended; what it printed is above]`, isError: true };
  }
  if (end.cause === "abort") return { text: `[stopped${after}; what it printed is above]`, isError: true };
  if (end.signal !== null) return { text: `[ended by ${end.signal}${after}]`, isError: true };
  const killedBy = signalNames.get((end.exitCode ?? 0) - 128);
  const hint = killedBy ? ` (${killedBy})` : "";
  return { text: `[exit code ${end.exitCode}${hint}${after}]`, isError: end.exitCode !== 0 };
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

const seconds = (ms: number) => `${Number((ms / 1000).toFixed(ms < 10_000 ? 3 : 1))} s`;

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "E2BIG") return "the command is too long for this system; write it to a file and run that.";
  return message;
}

/** Moves to the root, or to `/`, when the working directory is gone, and says so. */
function settleCwd(workspace: Workspace): string | undefined {
  const { cwd, root } = workspace;
  if (isDirectory(cwd)) return undefined;
  workspace.cwd = isDirectory(root) ? root : "/";
  return `[The working directory ${cwd} no longer exists; it is ${workspace.cwd} now.]`;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
