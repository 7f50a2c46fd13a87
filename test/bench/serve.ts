/** The workspace's start and rest: from `sagent serve` to its address on the screen, and what it costs while nobody does anything. */
import { ensurePage } from "../../build/page.ts";
import { freshHome, linesOf } from "../server/program.ts";
import { median, printMetric } from "./metric.ts";
import { openWorkplace } from "./support/program.ts";

const runs = 15;
const restMs = 5_000;

/** In ticks of 10 ms. */
async function cpuTicks(pid: number): Promise<number> {
  const fields = (await Bun.file(`/proc/${pid}/stat`).text()).split(" ");
  return Number(fields[13]) + Number(fields[14]);
}

async function rssMiB(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function measure(name: string, program: string): Promise<void> {
  using home = freshHome();
  const ready: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const startAt = performance.now();
    const served = Bun.spawn([process.execPath, program, "serve", "--no-open"], {
      cwd: home.project,
      env: home.env,
      stdin: "ignore",
      stdout: "pipe",
    });
    for await (const line of linesOf(served.stdout)) if (line.startsWith("http")) break;
    if (run > 0) ready.push(performance.now() - startAt);
    if (run === runs) {
      await Bun.sleep(1_000);
      const before = await cpuTicks(served.pid);
      await Bun.sleep(restMs);
      printMetric(`serve.idle.cpu.${name}`, (((await cpuTicks(served.pid)) - before) * 1_000) / restMs, "%", 1);
      printMetric(`serve.idle.rss.${name}`, await rssMiB(served.pid), "MiB", 1);
    }
    served.kill("SIGTERM");
    await served.exited;
  }
  printMetric(`serve.ready.${name}`, median(ready), "ms", runs);
}

await ensurePage();
await using place = await openWorkplace();
await measure("source", place.mains.source);
await measure("bundle", place.mains.bundle);
