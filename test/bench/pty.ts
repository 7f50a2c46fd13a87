/**
 * What a terminal that floods (`yes`) costs the server: memory and CPU under a viewer that acknowledges nothing, how soon
 * Ctrl-C is answered then, and how fast output reaches a viewer that acknowledges all.
 */

import { Terminals } from "../../server/pty.ts";
import type { Terminal } from "../../server/pty-terminal.ts";
import { median, printMetric } from "./metric.ts";

const seconds = 10;
const interrupts = 9;
const controlC = "\x03";

function open(terminals: Terminals): Terminal {
  return terminals.open({ cols: 80, rows: 24 });
}

/** Attaches a viewer that acknowledges all; resolves with the terminal's answer to Ctrl-C. */
async function interrupted(terminal: Terminal): Promise<number> {
  const answered = Promise.withResolvers<number>();
  let text = "";
  const attachment = terminal.attach({
    data(more) {
      queueMicrotask(() => attachment.ack(more.length));
      text = text.slice(-100) + more;
      if (/\^C[^y]*READY> $/.test(text)) answered.resolve(performance.now());
    },
    exit: () => answered.reject(new Error("The shell ended.")),
  });
  const startedAt = performance.now();
  terminal.write(controlC);
  const answeredAt = await answered.promise;
  attachment[Symbol.dispose]();
  return answeredAt - startedAt;
}

async function flood(terminal: Terminal): Promise<void> {
  terminal.write("yes\n");
  await Bun.sleep(500);
}

async function measureIgnored(terminals: Terminals): Promise<void> {
  const terminal = open(terminals);
  using _ = terminal.attach({ data() {}, exit() {} });
  await Bun.sleep(200);
  Bun.gc(true);
  const before = { rss: process.memoryUsage.rss(), cpu: process.cpuUsage() };
  await flood(terminal);
  let peak = 0;
  for (const endAt = performance.now() + seconds * 1000; performance.now() < endAt; await Bun.sleep(50)) {
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const { user, system } = process.cpuUsage(before.cpu);
  printMetric("pty.flood.rss", (peak - before.rss) / 2 ** 20, "MiB", 1);
  printMetric("pty.flood.cpu", (user + system) / 1e4 / (seconds + 0.5), "%", 1);
  const times = [await interrupted(terminal)];
  while (times.length < interrupts) {
    await flood(terminal);
    times.push(await interrupted(terminal));
  }
  printMetric("pty.interrupt.p50", median(times), "ms", times.length);
  printMetric("pty.interrupt.max", Math.max(...times), "ms", times.length);
}

async function measureSpeed(terminals: Terminals): Promise<void> {
  const terminal = open(terminals);
  let given = 0;
  const attachment = terminal.attach({
    data(more) {
      given += more.length;
      queueMicrotask(() => attachment.ack(more.length));
    },
    exit() {},
  });
  await Bun.sleep(200);
  await flood(terminal);
  const start = { given, at: performance.now() };
  await Bun.sleep(3000);
  printMetric("pty.speed", (given - start.given) / 1e3 / (performance.now() - start.at), "MB/s", 1);
}

const env = { PATH: process.env.PATH ?? "", PS1: "READY> " };
await using terminals = new Terminals({ cwd: import.meta.dir, env, shell: "/bin/sh" });
await measureIgnored(terminals);
await measureSpeed(terminals);
