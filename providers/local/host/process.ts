/** The child process that runs local models, as a process: how it is started, what it says at its end, and that it ends. */
import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Subprocess } from "bun";
import { LocalModelError, messageOf } from "../../../agent/error.ts";
import { type Env, withoutSecrets } from "../../auth.ts";
import type { Host, HostExit } from "./link.ts";
import type { FromHost, ToHost } from "./messages.ts";

export interface HostProcess extends Host {
  readonly pid: number;
}

export interface HostProcessOptions {
  /** The program that the child runs. */
  readonly entry: string;
  readonly env: Env;
  readonly onMessage: (message: FromHost) => void;
}

/** Beside this file as it is, or as the bundle has it. */
export const childEntry = join(import.meta.dir, import.meta.path.endsWith(".ts") ? "child.ts" : "child.js");

const endMs = 8_000;
/** They fetch weights; no other secret is for the child. */
const tokens = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"];

/**
 * Starts the child in a process group of its own, so that Ctrl-C is not for it, and without the settings of the directory
 * that it runs in. Throws `LocalModelError` where it cannot be started.
 */
export function startProcess({ entry, env, onMessage }: HostProcessOptions): HostProcess {
  const log = openLog();
  const heard = Promise.withResolvers<void>();
  const child = spawn(entry, env, log, { ipc: onMessage, onDisconnect: () => heard.resolve() });
  let holders = 0;
  child.unref();
  return {
    pid: child.pid,
    // What it said before its end may come after it.
    exited: Promise.all([child.exited, heard.promise]).then(() => exitOf(child, lastWords(log))),
    send(message) {
      if (child.exitCode === null && child.signalCode === null) child.send(message);
    },
    hold() {
      if (holders++ === 0) child.ref();
      return {
        [Symbol.dispose]() {
          if (--holders === 0) child.unref();
        },
      };
    },
    async end() {
      child.ref();
      if (child.exitCode === null && child.signalCode === null) child.send({ type: "end" } satisfies ToHost);
      const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
      await child.exited;
      clearTimeout(timer);
    },
  };
}

interface Channel {
  readonly ipc: (message: FromHost) => void;
  readonly onDisconnect: () => void;
}

function spawn(entry: string, env: Env, log: number, channel: Channel) {
  const secrets = Object.fromEntries(tokens.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  try {
    return Bun.spawn([process.execPath, "--no-env-file", "--config=/dev/null", entry], {
      env: { ...withoutSecrets(env), ...secrets, BUN_ENABLE_CRASH_REPORTING: "0" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: log,
      detached: true,
      serialization: "json",
      ...channel,
    });
  } catch (cause) {
    throw new LocalModelError(`The process for local models could not be started: ${messageOf(cause)}`, {
      hint: "Set SAGENT_LOCAL_IN_PROCESS=1 to run them in this one.",
      cause,
    });
  }
}

/** A file without a name: a pipe that is read all the time would keep this process from ending by itself. */
function openLog(): number {
  const path = join(tmpdir(), `sagent-local-${randomUUID()}.log`);
  const log = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return log;
}

/** What native code says before it gives up; Bun's own report of a crash says nothing of it. */
const lastWord = /ASSERT|terminate called|what\(\):|out of memory|^error: /;
const keptBytes = 8_192;

function lastWords(log: number): string {
  const { size } = fstatSync(log);
  const bytes = Buffer.alloc(Math.min(size, keptBytes));
  readSync(log, bytes, { position: size - bytes.length });
  closeSync(log);
  const lines = stripVTControlCharacters(bytes.toString()).split(/[\r\n]+/);
  return (lines.findLast((line) => lastWord.test(line)) ?? "").replace(/\p{Cc}/gu, " ").trim();
}

function exitOf({ signalCode, exitCode }: Pick<Subprocess, "signalCode" | "exitCode">, said: string): HostExit {
  const how = signalCode ? `with ${signalCode}` : `with code ${exitCode}`;
  return { how, said: said.slice(0, 300), killed: signalCode === "SIGKILL" };
}
