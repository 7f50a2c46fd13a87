/** Runs one command of a hook: JSON on its standard input; its exit code and what it prints say what it wants. */
import { z } from "zod";
import { systemClock } from "../agent/clock.ts";
import { messageOf } from "../agent/error.ts";
import { runProcess } from "../tools/process.ts";
import type { HookCommand } from "./hook-settings.ts";

const outputSchema = z.looseObject({
  continue: z.boolean().optional(),
  stopReason: z.string().optional(),
  suppressOutput: z.boolean().optional(),
  systemMessage: z.string().optional(),
  decision: z.enum(["block", "approve", "allow", "deny", "ask"]).optional(),
  reason: z.string().optional(),
  hookSpecificOutput: z
    .looseObject({
      permissionDecision: z.enum(["allow", "deny", "ask"]).optional(),
      permissionDecisionReason: z.string().optional(),
      updatedInput: z.record(z.string(), z.unknown()).optional(),
      additionalContext: z.string().optional(),
    })
    .optional(),
});
export type HookOutput = z.output<typeof outputSchema>;

export type HookEnd =
  /** It went well; `said` is what it printed where that is no JSON. */
  | { readonly type: "ok"; readonly output: HookOutput; readonly said: string }
  /** Exit code 2. */
  | { readonly type: "block"; readonly reason: string }
  /** It failed in another way, and nothing comes of it. */
  | { readonly type: "failed"; readonly problem: string }
  | { readonly type: "stopped" };

const maxChars = 100_000;

export interface HookPlace {
  readonly project: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function runHook(
  hook: HookCommand,
  input: object,
  place: HookPlace,
  signal: AbortSignal,
): Promise<HookEnd> {
  const { command, timeoutMs, pluginDir } = hook;
  const { project, cwd, env } = place;
  const texts = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  try {
    const { exitCode, cause } = await runProcess({
      argv: ["bash", "-c", command],
      cwd,
      env: {
        ...env,
        CLAUDE_PROJECT_DIR: project,
        SAGENT_PROJECT_DIR: project,
        ...(pluginDir === undefined ? {} : { CLAUDE_PLUGIN_ROOT: pluginDir, SAGENT_PLUGIN_ROOT: pluginDir }),
      },
      input: `${JSON.stringify(input)}\n`,
      timeoutMs,
      clock: systemClock,
      signal,
      onOutput: (stream, bytes) => {
        if (texts[stream].length < maxChars) texts[stream] += decoders[stream].decode(bytes, { stream: true });
      },
    });
    if (cause === "abort") return { type: "stopped" };
    if (cause === "timeout") return failed(hook, `it was stopped after ${timeoutMs / 1000} s`);
    if (exitCode === 2) return { type: "block", reason: texts.stderr.slice(0, maxChars).trim() };
    if (exitCode !== 0) return failed(hook, `exit code ${exitCode ?? "none"} ${lastLine(texts.stderr)}`.trim());
    return read(hook, texts.stdout.slice(0, maxChars));
  } catch (error) {
    return failed(hook, messageOf(error));
  }
}

function read(hook: HookCommand, stdout: string): HookEnd {
  const said = stdout.trim();
  if (!said.startsWith("{")) return { type: "ok", output: {}, said };
  try {
    const parsed = outputSchema.safeParse(JSON.parse(said));
    if (parsed.success) return { type: "ok", output: parsed.data, said: "" };
    return failed(hook, `what it printed does not fit: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
  } catch {
    return { type: "ok", output: {}, said };
  }
}

const failed = ({ command, event }: HookCommand, why: string): HookEnd => ({
  type: "failed",
  problem: `A hook for ${event} failed and was passed over (${command.slice(0, 80)}): ${why}`,
});

const lastLine = (text: string) => text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
