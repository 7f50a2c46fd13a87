/** Ends all processes of a login session: a shell, its jobs in groups of their own, and what they left behind. */
import { readdirSync, readFileSync } from "node:fs";

/** From SIGHUP to SIGKILL. */
const graceMs = 500;
/** How long the kernel may take to end what was killed. */
const killMs = 1000;

/**
 * Sends SIGHUP to every process of the session, and SIGKILL to what is left after 0.5 s; `nohup` saves nothing, `setsid`
 * does. Where the processes of a session cannot be told (not Linux), it is the leader's group that ends.
 */
export async function endSession(leader: number): Promise<void> {
  // A stopped process takes a signal only when it goes on.
  for (const signal of ["SIGHUP", "SIGCONT"] as const) signalSession(leader, signal);
  if (await isEmptyWithin(leader, graceMs)) return;
  for (const endAt = performance.now() + killMs; performance.now() < endAt; ) {
    killSession(leader);
    if (await isEmptyWithin(leader, 50)) return;
  }
}

/** At once, for when this process ends. */
export function killSession(leader: number): void {
  signalSession(leader, "SIGKILL");
}

async function isEmptyWithin(leader: number, ms: number): Promise<boolean> {
  const endAt = performance.now() + ms;
  for (let pauseMs = 2; ; pauseMs = Math.min(50, pauseMs * 2)) {
    if (members(leader).length === 0) return true;
    if (performance.now() >= endAt) return false;
    await Bun.sleep(pauseMs);
  }
}

function signalSession(leader: number, signal: NodeJS.Signals): void {
  for (const pid of members(leader)) send(pid, signal);
}

/** Ids of what lives in the session, as `kill` takes them: those of processes, or negative, of a group. */
function members(leader: number): number[] {
  if (process.platform !== "linux") return send(-leader, 0) ? [-leader] : [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isMember(name, leader))
    .map(Number);
}

function isMember(pid: string, leader: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return session === String(leader) && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
