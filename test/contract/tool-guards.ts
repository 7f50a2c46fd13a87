/** What every tool keeps others from: processes left behind, files changed outside of their roots, keys told, waits without an end. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tool } from "../../agent/tool.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { runFresh, type ToolCases } from "./tool-cases.ts";

export function guardTests<Args>(tool: Tool<Args>, cases: ToolCases<Args>): void {
  test(`${tool.name}: a call that is aborted in the middle ends, and leaves no process behind`, async () => {
    const before = descendants(process.pid);
    for (const args of cases.works) {
      for (const waitMs of [0, 5]) {
        const abort = new AbortController();
        const running = runFresh(tool, cases, args, { signal: abort.signal });
        await Bun.sleep(waitMs);
        abort.abort();
        expect(typeof (await running).text).toBe("string");
      }
    }
    await cases.release?.();
    await until(() => descendants(process.pid).every((pid) => before.includes(pid)));
  });

  test(`${tool.name}: keys of this process are in nothing that it tells`, async () => {
    const secret = `sk-contract-${crypto.randomUUID()}`;
    using _ = variable("ANTHROPIC_API_KEY", secret);
    for (const args of [...cases.works, ...cases.fails]) {
      const told: unknown[] = [];
      told.push(await runFresh(tool, cases, args, { progress: (news) => told.push(news) }));
      expect(JSON.stringify(told)).not.toContain(secret);
    }
  });

  if (cases.writesAnywhere !== true) {
    test(`${tool.name}: nothing is written outside of the roots that hold writing`, async () => {
      for (const args of cases.works) await checkHeld(tool, cases, args);
    });
  }

  const { stuck } = cases;
  if (stuck === undefined) return;
  test(`${tool.name}: what would wait for ever is given up, in a sentence`, async () => {
    const { text, isError } = await runFresh(tool, cases, stuck);
    expect([isError, text]).toEqual([true, expect.stringMatching(/\S{2,} \S{2,}/)]);
  });
}

/** Runs a call where writing is held in a directory that is not its own. */
async function checkHeld<Args>(tool: Tool<Args>, cases: ToolCases<Args>, args: Args): Promise<void> {
  using elsewhere = tempDir({ memory: true });
  using dir = tempDir({ memory: true });
  cases.prepare(dir.path);
  const before = treeOf(dir.path);
  const { workspace } = placeAt(dir.path);
  const held = { workspace: { ...workspace, writeRoots: [elsewhere.path] } };
  const { text } = await placeAt(dir.path, { ...cases.context?.(), ...held }).run(tool, args);
  expect([args, text, treeOf(dir.path)]).toEqual([args, text, before]);
}

/** Sets a variable of this process for a while. */
function variable(name: string, value: string): Disposable {
  const before = process.env[name];
  process.env[name] = value;
  return {
    [Symbol.dispose]() {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    },
  };
}

/** Ids of the processes that a process has started, and of those that they have. Linux alone tells. */
function descendants(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  const children = (existsSync(tasks) ? readdirSync(tasks) : []).flatMap((thread) => {
    try {
      return readFileSync(`${tasks}/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Every file with its content, every directory and symlink. */
function treeOf(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const lines = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return `${path} ${entry.isFile() ? Bun.hash(readFileSync(path)) : ""}`;
  });
  return lines.sort();
}
