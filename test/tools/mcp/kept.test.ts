/** What a server listed in an earlier run counts until it runs again. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { listingsIn } from "../../../tools/mcp/kept.ts";
import { McpServer } from "../../../tools/mcp/server.ts";
import { must } from "../../support/must.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { contextAt } from "../tool-bench.ts";
import { configOf, fakeStdio, surroundings, toolOf } from "./rig.ts";

const keptSchema = z.object({ tools: z.array(z.looseObject({ name: z.string() })), instructions: z.string() });

/** Servers of one configuration, one after the other, with one place for what they list. */
function shop(entry: Readonly<Record<string, unknown>> = {}) {
  const dir = tempDir();
  const log = join(dir.path, "log");
  const kept = join(dir.path, "kept");
  return {
    kept,
    file: () => join(kept, must(readdirSync(kept)[0])),
    starts: () => (existsSync(log) ? readFileSync(log, "utf8").match(/^started/gm)?.length : 0),
    server(more: Readonly<Record<string, unknown>> = {}) {
      const config = configOf({ command: process.execPath, args: [fakeStdio, `log=${log}`], ...entry, ...more });
      return new McpServer(config, "fake", surroundings(dir.path, { listings: listingsIn(kept) }));
    },
    async call(server: McpServer, name: string, args: Record<string, unknown> = {}) {
      const tool = toolOf(await server.open(), name);
      return tool.run(tool.schema.parse(args) as never, contextAt(dir.path));
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

test("a list is kept, for the owner alone, and the next run needs no start to know it", async () => {
  using at = shop();
  {
    await using first = at.server();
    expect(await first.open()).toHaveLength(15);
    expect([first.isRunning, first.instructions]).toEqual([true, "Be kind to the fake."]);
  }
  expect(statSync(at.file()).mode & 0o777).toBe(0o600);
  await using second = at.server();
  expect(await second.open()).toHaveLength(15);
  expect([second.isRunning, second.instructions, at.starts()]).toEqual([false, "Be kind to the fake.", 1]);
  expect(await at.call(second, "echo", { text: "hi" })).toEqual({ text: "hi" });
  expect([second.isRunning, at.starts()]).toEqual([true, 2]);
});

test("a list that has changed since is noticed at the start, kept, and told of", async () => {
  using at = shop();
  {
    await using first = at.server();
    await first.open();
  }
  const kept = keptSchema.parse(JSON.parse(readFileSync(at.file(), "utf8")));
  const tools = kept.tools.filter(({ name }) => name !== "add");
  writeFileSync(at.file(), JSON.stringify({ ...kept, tools }));
  await using second = at.server();
  const before = await second.open();
  expect(before.map(({ name }) => name)).not.toContain("mcp__fake__add");
  let changes = 0;
  using _ = second.onChange(() => {
    changes += 1;
  });
  await at.call(second, "echo", { text: "hi" });
  expect([changes, second.tools?.length]).toEqual([1, 15]);
  expect(toolOf(second.tools ?? [], "echo")).toBe(toolOf(before, "echo"));
  expect(keptSchema.parse(JSON.parse(readFileSync(at.file(), "utf8"))).tools).toHaveLength(15);
});

test("another configuration is another server", async () => {
  using at = shop();
  {
    await using first = at.server();
    await first.open();
  }
  await using other = at.server({ env: { LEVEL: "high" } });
  await other.open();
  expect([at.starts(), readdirSync(at.kept).length]).toEqual([2, 2]);
});

test("what cannot be read is as if it were not there, nor does a place that cannot be written hinder anything", async () => {
  using at = shop();
  {
    await using first = at.server();
    await first.open();
  }
  writeFileSync(at.file(), "{");
  await using second = at.server();
  expect(await second.open()).toHaveLength(15);
  expect(at.starts()).toBe(2);
  writeFileSync(join(at.kept, "..", "blocked"), "");
  const nowhere = listingsIn(join(at.kept, "..", "blocked", "kept"));
  await nowhere.write("a", { tools: [] });
  expect(await nowhere.read("a")).toBeUndefined();
});
