/** What a headless run is asked: `-p`, standard input, or both. And what it is answered, line by line, while it works. */
import { ConfigError, messageOf, UsageError } from "../agent/error.ts";
import type { Config } from "./config.ts";
import { note } from "./output.ts";
import { hasInput } from "./stdio.ts";

/** How long `-p` waits for the first byte of a pipe that may have no writer. */
const firstByteMs = 3_000;

export interface Input extends AsyncDisposable {
  readonly prompt: string;
  /** Lines behind the one that began the run, until the input ends; undefined where it has ended, so nobody can answer. */
  readonly answers: AsyncIterable<NumberedLine> | undefined;
}

export interface NumberedLine {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
}

/** Throws `UsageError` where there is no prompt or where stream-json lines are not what they should be. */
export async function readInput(config: Config): Promise<Input> {
  const given = config.prompt;
  await using stack = new AsyncDisposableStack();
  const source = hasInput() ? new Source(given !== undefined) : undefined;
  stack.defer(() => source?.close());
  const isLines = config.inputFormat === "stream-json";
  const { text, more } = await (isLines ? readPrompts(linesOf(source)) : readText(source)).catch(unreadable);
  const prompt = [given ?? "", text.trimEnd()].filter((part) => part.trim() !== "").join("\n\n");
  if (prompt === "") {
    throw new UsageError("There is nothing to do: no -p TEXT and nothing on standard input.", {
      hint: "See sagent --help.",
    });
  }
  const owned = stack.move();
  return { prompt, answers: more, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Read {
  readonly text: string;
  readonly more: AsyncIterable<NumberedLine> | undefined;
}

async function readText(source: Source | undefined): Promise<Read> {
  const chunks = source ? await Array.fromAsync(source.chunks()) : [];
  return { text: Buffer.concat(chunks).toString("utf8"), more: undefined };
}

/** Prompts of newline-delimited JSON, joined by a blank line, up to a line that says to start. Blank lines and other objects say nothing. */
export async function readPrompts(lines: AsyncGenerator<NumberedLine>): Promise<Read> {
  const prompts: string[] = [];
  for (;;) {
    const { value: line, done } = await lines.next();
    if (done) return { text: prompts.join("\n\n"), more: undefined };
    if (line.text.trim() === "") continue;
    const { prompt, start } = readPromptLine(line);
    if (prompt) prompts.push(prompt);
    if (start) return { text: prompts.join("\n\n"), more: lines };
  }
}

function readPromptLine({ number, text }: NumberedLine): { prompt?: string; start: boolean } {
  const value = parseLine({ number, text });
  const { prompt, start, answer } = { prompt: undefined, start: undefined, answer: undefined, ...value };
  if (answer !== undefined) {
    throw new UsageError(`Line ${number} of the input answers before anything was asked.`, {
      hint: 'A line {"start": true} behind the prompt begins the run, and answers may follow.',
    });
  }
  if (prompt !== undefined && typeof prompt !== "string") {
    throw new UsageError(`The prompt on line ${number} of the input is not a text.`);
  }
  return { ...(prompt === undefined ? {} : { prompt }), start: start === true };
}

/** Throws `UsageError` where the line is not a JSON object. */
export function parseLine({ number, text }: NumberedLine): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`Line ${number} of the input is not JSON: ${text.slice(0, 60)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UsageError(`Line ${number} of the input is not a JSON object.`);
}

async function* linesOf(source: Source | undefined): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder();
  let number = 0;
  let rest = "";
  for await (const chunk of source?.chunks() ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) yield { number: ++number, text };
  }
  rest += decoder.decode();
  if (rest !== "") yield { number: ++number, text: rest };
}

function unreadable(cause: unknown): never {
  if (cause instanceof UsageError) throw cause;
  const why = messageOf(cause);
  throw new ConfigError(`Standard input could not be read: ${why}`, { cause });
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** Standard input, which can be left before its end. */
class Source {
  readonly #mayBeEmpty: boolean;
  #reader: Reader | undefined;

  constructor(mayBeEmpty: boolean) {
    this.#mayBeEmpty = mayBeEmpty;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const reader = Bun.stdin.stream().getReader();
    this.#reader = reader;
    let next = await this.#first(reader);
    while (next && !next.done) {
      yield next.value;
      next = await reader.read();
    }
  }

  close(): void {
    this.#reader?.cancel().catch(() => {});
  }

  /** Undefined where nothing comes and nothing need come. */
  async #first(reader: Reader) {
    if (!this.#mayBeEmpty) return reader.read();
    const silence = Promise.withResolvers<undefined>();
    const late = setTimeout(silence.resolve, firstByteMs, undefined);
    const next = await Promise.race([reader.read(), silence.promise]);
    clearTimeout(late);
    if (next) return next;
    note("nothing came on standard input for 3 s; going on without it.");
    this.close();
    return undefined;
  }
}
