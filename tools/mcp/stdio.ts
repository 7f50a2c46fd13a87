/**
 * A server that is a child process: messages go to its input and come from its output, a line each. It leads a process
 * group of its own, and all of that ends with it. What it says on stderr is kept, the last part of it, for the sentence
 * about its end.
 */
import { deserializeMessage, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../agent/error.ts";
import { oneLine, sliceWhole } from "../output.ts";
import { guardGroup, signalGroup } from "../process.ts";

export interface StdioOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Values that are not quoted where it says them, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

const maxMessageBytes = 32 * 1024 * 1024;
/** Shorter values are left alone: they would match ordinary words. */
const shortestSecret = 8;
const newline = 10;
const keptErrorChars = 4_000;
/** How long it may take to end once its input has, and then after SIGTERM. */
const graceMs = 500;

type Child = Bun.Subprocess<"pipe", "pipe", "pipe">;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: StdioOptions;
  /** The begin of a line that has not ended. */
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #child: Child | undefined;
  #guard: Disposable | undefined;
  #errors = "";
  #ended: Promise<void> = Promise.resolve();
  #problem: string | undefined;

  constructor(options: StdioOptions) {
    this.#options = options;
  }

  /** Why it is gone, with its last words. */
  get epitaph(): string {
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    const how = signalCode === null ? `with code ${exitCode ?? "unknown"}` : `by ${signalCode}`;
    const words = this.lastWords;
    return `${this.#problem ?? `it ended ${how}`}${words === "" ? "" : `, and had said: ${words}`}`;
  }

  /** The last words only; empty where it said nothing. */
  get lastWords(): string {
    const secrets = Object.entries(this.#options.secrets).filter(([, value]) => value.length >= shortestSecret);
    return oneLine(
      secrets.reduce((text, [name, value]) => text.replaceAll(value, `[${name}]`), this.#errors),
      600,
    );
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { argv, cwd, env } = this.#options;
    const child = Bun.spawn([...argv], {
      cwd,
      env: { ...env },
      detached: true,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#child = child;
    this.#guard = guardGroup(child.pid);
    const heard = Promise.allSettled([this.#read(child), this.#readErrors(child)]);
    this.#ended = child.exited.then(async () => {
      signalGroup(child.pid, "SIGKILL");
      // What left its group may hold its outputs open.
      await within(heard, graceMs);
      this.#guard?.[Symbol.dispose]();
      this.onclose?.();
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#child ?? {};
    if (!stdin || this.#child?.exitCode !== null) throw new Error(this.epitaph);
    try {
      stdin.write(serializeMessage(message));
      await stdin.flush();
    } catch (error) {
      throw new Error(`it takes no more: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Ends it: by the end of its input, SIGTERM, SIGKILL, whichever it heeds. Resolves once all of its group is gone. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    await Promise.resolve(child.stdin.end()).catch(() => {});
    if (!(await within(child.exited, graceMs))) signalGroup(child.pid, "SIGTERM");
    if (!(await within(child.exited, graceMs))) signalGroup(child.pid, "SIGKILL");
    await this.#ended;
  }

  async #read(child: Child): Promise<void> {
    for await (const chunk of child.stdout) {
      this.#parts.push(chunk);
      this.#bytes += chunk.length;
      if (chunk.includes(newline)) this.#takeLines();
      if (this.#bytes <= maxMessageBytes) continue;
      this.#problem = `it sent a message of more than ${maxMessageBytes / 1024 / 1024} MB and was ended`;
      signalGroup(child.pid, "SIGKILL");
      return;
    }
  }

  #takeLines(): void {
    const all = Buffer.concat(this.#parts);
    const end = all.lastIndexOf(newline);
    const rest = all.subarray(end + 1);
    this.#parts = [rest];
    this.#bytes = rest.length;
    for (const line of all.toString("utf8", 0, end).split("\n")) this.#take(line.trim());
  }

  /** A line that is no message is passed over: programs print greetings. */
  #take(line: string): void {
    if (line === "") return;
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(line);
    } catch (error) {
      return this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
    this.onmessage?.(message);
  }

  async #readErrors(child: Child): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      const all = this.#errors + decoder.decode(chunk, { stream: true });
      this.#errors = all.length > keptErrorChars ? sliceWhole(all.slice(-keptErrorChars), keptErrorChars) : all;
    }
  }
}

/** Tells whether something came to its end within a time. */
async function within(end: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), ms);
  const ended = await Promise.race([end.then(() => true), promise]);
  clearTimeout(timer);
  return ended;
}
