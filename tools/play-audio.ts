/** Plays a sound with whatever player the machine has. The page offers it by the `details` of the result, name "audio". */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { errorCode, fileProblem, notAFile } from "./files.ts";
import { failure, oneLine } from "./output.ts";
import { displayPath, resolvePath, suggestPaths } from "./path.ts";
import description from "./play-audio.md" with { type: "text" };
import { runProcess } from "./process.ts";

const schema = z.strictObject({ path: z.string().min(1) });

const mostMs = 10 * 60_000;
const keptChars = 1_000;

export const playAudioTool = defineTool({
  name: "PlayAudio",
  description,
  schema,
  label: ({ path }) => oneLine(`Play ${path}`),
  serializeKey: () => "PlayAudio",
  async run({ path: given }, context) {
    if (context.signal.aborted) return failure("The call was stopped; nothing was played.");
    const path = resolvePath(given, context.workspace);
    try {
      const mime = await soundOf(path);
      if (typeof mime !== "string") return mime;
      return await play(path, mime, context);
    } catch (error) {
      const hint = errorCode(error) === "ENOENT" ? suggestPaths(path) : "";
      return failure(`${fileProblem("read", path, error)} ${hint}`.trim());
    }
  },
});

/** The type of a sound by its first bytes, or why it is none. */
async function soundOf(path: string): Promise<string | ToolOutput> {
  await using file = await open(path);
  const stats = await file.stat();
  if (!stats.isFile()) return failure(notAFile(path, stats));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
  const head = buffer.toString("latin1", 0, bytesRead);
  if (head.startsWith("RIFF") && head.endsWith("WAVE")) return "audio/wav";
  if (head.startsWith("OggS")) return "audio/ogg";
  if (head.startsWith("fLaC")) return "audio/flac";
  if (head.startsWith("ID3") || /^\xff[\xe2-\xff]/.test(head)) return "audio/mpeg";
  return failure(`${path} is no WAV, MP3, OGG or FLAC sound.`);
}

/** The first player that comes to the end of it. */
async function play(path: string, mime: string, context: ToolContext): Promise<ToolOutput> {
  const { workspace, clock, signal, progress } = context;
  const { env } = workspace;
  const shown = displayPath(path, workspace);
  const result = (text: string, played: boolean): ToolOutput => ({
    text,
    details: { type: "custom", name: "audio", data: { path: shown, name: basename(path), mime, played } },
  });
  let problem = "";
  for (const argv of players(path, mime, env)) {
    progress({ type: "status", text: oneLine(`Playing ${shown}`) });
    let said = "";
    const onOutput = (stream: string, bytes: Uint8Array) => {
      if (stream === "stderr") said = (said + new TextDecoder().decode(bytes)).slice(-keptChars);
    };
    const end = await runProcess({ argv, cwd: workspace.cwd, env, clock, signal, timeoutMs: mostMs, onOutput });
    if (end.cause === "abort") return failure("The sound was stopped.");
    if (end.cause === "timeout")
      return result(`${shown} was played for ${mostMs / 60_000} minutes, and then stopped.`, true);
    if (end.exitCode === 0) return result(`Played ${shown}.`, true);
    problem = `${basename(argv[0] ?? "")}: ${said.trim().split("\n").at(-1) ?? ""}`;
  }
  const why = problem === "" ? "no program that plays it is installed" : oneLine(problem, 300);
  return result(
    `${shown} could not be heard on this machine (${why}). The person can play it in the workspace.`,
    false,
  );
}

type Env = Readonly<Record<string, string>>;

/** Commands that play it, the likeliest first, of those that are installed. `path` is absolute. */
export function players(
  path: string,
  mime: string,
  env: Env,
  platform: NodeJS.Platform = process.platform,
): string[][] {
  const isWav = mime === "audio/wav";
  const all: readonly (readonly string[])[] =
    platform === "darwin"
      ? [["afplay", path]]
      : [
          ["pw-play", path],
          ["paplay", path],
          ...(isWav ? [["aplay", "-q", path]] : []),
          ["ffplay", "-nodisp", "-autoexit", "-loglevel", "error", path],
          ["mpv", "--no-video", "--really-quiet", path],
          ["play", "-q", path],
          ...(mime === "audio/mpeg" ? [["mpg123", "-q", path]] : []),
          ...(mime === "audio/ogg" ? [["ogg123", "-q", path]] : []),
        ];
  return all.flatMap(([name = "", ...args]) => {
    const program = Bun.which(name, { PATH: env.PATH ?? "" });
    return program === null ? [] : [[program, ...args]];
  });
}
