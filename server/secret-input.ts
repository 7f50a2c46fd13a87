/** A secret as it is given: typed without an echo, or piped in. Never from argv, which every process can read. */
import { AbortedError, UsageError } from "../agent/error.ts";
import { isTerminal, writeErr } from "./stdio.ts";

const mostBytes = 64 * 1024;

/** Resolves to the secret without space around it. Throws `UsageError` where there is none; ^C ends the process. */
export async function readSecret(question: string): Promise<string> {
  const text = isTerminal("stdin") ? await typed(question) : await piped();
  const secret = text.trim();
  if (secret === "") throw new UsageError("No key was given; nothing was saved.");
  if (/[^\x21-\x7e]/.test(secret)) {
    throw new UsageError("A key is one word of plain characters; nothing was saved.", {
      hint: "Pipe in the key alone.",
    });
  }
  return secret;
}

async function piped(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of Bun.stdin.stream()) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > mostBytes) throw new UsageError("That is too long for a key; nothing was saved.");
  }
  return text;
}

/** Reads one line of a terminal that shows nothing of it. The terminal is as it was when this returns, or is interrupted. */
async function typed(question: string): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true);
  writeErr(question);
  let line: Line = { text: "", end: "none" };
  try {
    for await (const chunk of stdin.setEncoding("utf8")) {
      line = edited(line.text, String(chunk));
      if (line.end !== "none") break;
    }
  } finally {
    stdin.setRawMode(false);
    writeErr("\n");
  }
  if (line.end !== "interrupt") return line.text;
  // As the terminal itself would have done it.
  process.kill(process.pid, "SIGINT");
  throw new AbortedError();
}

interface Line {
  readonly text: string;
  readonly end: "none" | "return" | "interrupt";
}

const esc = "\x1b";
/** Of a terminal (ECMA-48 §5.4): what it puts around a paste, and what keys such as the arrows send. */
const sequences = new RegExp(`${esc}\\[[\\d;]*[ -/]*[@-~]`, "g");

/** The line after what was typed or pasted. */
function edited(line: string, typed: string): Line {
  let text = line;
  for (const letter of typed.replace(sequences, "")) {
    if (letter === "\r" || letter === "\n" || letter === "\x04") return { text, end: "return" };
    if (letter === "\x03") return { text: "", end: "interrupt" };
    if (letter === "\x7f" || letter === "\b") text = text.slice(0, -1);
    else if (letter === "\x15") text = "";
    else if (letter >= " ") text += letter;
  }
  return { text, end: "none" };
}
