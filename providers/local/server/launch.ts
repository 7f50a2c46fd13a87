/** One llama-server that we started: from its weights on the disk to an address that answers. */
import { randomBytes } from "node:crypto";
import { LocalModelError } from "../../../agent/error.ts";
import { type Env, withoutSecrets } from "../../auth.ts";
import { type Guarded, startGuarded } from "./guard.ts";

export interface LaunchOptions {
  readonly program: string;
  /** Path of the weights. */
  readonly weights: string;
  readonly args: readonly string[];
  /** What the server wants to be shown; made up where absent. */
  readonly apiKey?: string | undefined;
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
  /** A server that neither answers nor says anything for so long is given up. */
  readonly silentMs?: number;
  /** Between the request to end and the kill. */
  readonly graceSec?: number;
}

export interface LaunchedServer {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly running: () => boolean;
  /** Settles when it is gone. */
  readonly exited: Promise<unknown>;
  close(): Promise<void>;
}

const pollMs = 50;
const answerMs = 200;
const launches = 3;

/**
 * Starts it on a free port of 127.0.0.1 and waits until its weights are loaded. Nobody else may use it: it wants a key. Throws
 * `LocalModelError` with what it wrote where it ends early or falls silent; nothing is left running then.
 */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  for (let launch = 1; ; launch++) {
    const port = await freePort();
    const apiKey = options.apiKey ?? randomBytes(24).toString("base64url");
    const child = start(options, port, apiKey);
    const health = await untilHealthy(child, port, options);
    if (health === "ready") {
      const { running, exited } = child;
      return { baseUrl: `http://127.0.0.1:${port}/v1`, apiKey, running, exited, close: () => child.end() };
    }
    await child.end();
    // Another program may take the port between our look and the server's.
    const isTaken = health === "ended" && /couldn't bind|address already in use/i.test(child.log());
    if (!isTaken || launch === launches) throw failed(options, health, child.log());
  }
}

function start({ program, weights, args, env, graceSec }: LaunchOptions, port: number, apiKey: string): Guarded {
  const command = [program, "-m", weights, "--host", "127.0.0.1", "--port", String(port), ...args];
  // A key in the arguments could be read by every user of the machine.
  return startGuarded(command, { ...withoutSecrets(env), LLAMA_API_KEY: apiKey }, graceSec);
}

async function freePort(): Promise<number> {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

type Health = "ready" | "ended" | "silent" | "stopped";

async function untilHealthy(
  child: Guarded,
  port: number,
  { signal, silentMs = 120_000 }: LaunchOptions,
): Promise<Health> {
  let written = 0;
  let heardAt = Date.now();
  while (child.running()) {
    if (signal?.aborted) return "stopped";
    if (await isHealthy(port)) return "ready";
    if (child.written() > written) heardAt = Date.now();
    written = child.written();
    if (Date.now() - heardAt > silentMs) return "silent";
    await Promise.race([Bun.sleep(pollMs), child.exited]);
  }
  await child.exited;
  return "ended";
}

/** 503 while the weights are loading. */
async function isHealthy(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(answerMs) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

function failed({ program, weights }: LaunchOptions, health: Exclude<Health, "ready">, log: string): LocalModelError {
  const what = {
    ended: "ended before it was ready",
    silent: "did not become ready",
    stopped: "was stopped before it was ready",
  }[health];
  const said = log === "" ? "It wrote nothing." : `It wrote:\n${log}`;
  return new LocalModelError(`${program} ${what} with ${weights}. ${said}`, {
    hint: "Nothing is left running. Check the weights, LLAMA_CPP_EXTRA_ARGS and the free memory, or use the provider local.",
  });
}
