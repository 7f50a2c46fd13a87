/** What a headless run is asked: `-p`, standard input, or both. */
import { ConfigError, UsageError } from "../agent/error.ts";
import type { Config } from "./config.ts";
import { note } from "./output.ts";
import { hasInput } from "./stdio.ts";

/** How long `-p` waits for the first byte of a pipe that may have no writer. */
const firstByteMs = 3_000;

/** The prompt. Throws `UsageError` where there is none or where stream-json lines are not what they should be. */
export async function readPrompt(config: Config): Promise<string> {
  const given = config.prompt;
  const piped = hasInput() ? await readAll(given !== undefined).catch(unreadable) : "";
  const text = config.inputFormat === "stream-json" ? promptsOf(piped) : piped;
  const prompt = [given ?? "", text.trimEnd()].filter((part) => part.trim() !== "").join("\n\n");
  if (prompt !== "") return prompt;
  throw new UsageError("There is nothing to do: no -p TEXT and nothing on standard input.", {
    hint: "See sagent --help.",
  });
}

function unreadable(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new ConfigError(`Standard input could not be read: ${why}`, { cause });
}

async function readAll(mayBeEmpty: boolean): Promise<string> {
  const reader = Bun.stdin.stream().getReader();
  const chunks: Uint8Array[] = [];
  let late: Timer | undefined;
  const silence = new Promise<"silent">((resolve) => {
    if (mayBeEmpty) late = setTimeout(resolve, firstByteMs, "silent");
  });
  for (;;) {
    const next = await (chunks.length === 0 ? Promise.race([reader.read(), silence]) : reader.read());
    clearTimeout(late);
    if (next === "silent") {
      note("nothing came on standard input for 3 s; going on without it.");
      reader.cancel().catch(() => {});
      return "";
    }
    if (next.done) return Buffer.concat(chunks).toString("utf8");
    chunks.push(next.value);
  }
}

/** Prompts of newline-delimited JSON, joined by a blank line. Blank lines and objects without a prompt say nothing. */
export function promptsOf(text: string): string {
  const prompts: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = parse(line, index + 1);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new UsageError(`Line ${index + 1} of the input is not a JSON object.`);
    }
    const prompt = "prompt" in value ? value.prompt : undefined;
    if (prompt !== undefined && typeof prompt !== "string") {
      throw new UsageError(`The prompt on line ${index + 1} of the input is not a text.`);
    }
    if (prompt) prompts.push(prompt);
  }
  return prompts.join("\n\n");
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new UsageError(`Line ${number} of the input is not JSON: ${line.slice(0, 60)}`);
  }
}
