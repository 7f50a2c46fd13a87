/** Servers to test with: the fake as a child process, and what is around it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyTool, ToolContext, ToolOutput } from "../../../agent/tool.ts";
import { readServer, type ServerConfig } from "../../../tools/mcp/config.ts";
import { McpServer, type Surroundings } from "../../../tools/mcp/server.ts";
import { must } from "../../support/must.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { contextAt } from "../tool-bench.ts";

export const fakeStdio = join(import.meta.dir, "../../support/fake-mcp-stdio.ts");

export function configOf(raw: unknown, name = "fake"): ServerConfig {
  const config = readServer(name, raw, "the test");
  if (typeof config === "string") throw new Error(config);
  return config;
}

export function surroundings(cwd: string, more: Partial<Surroundings> = {}): Surroundings {
  const env = { PATH: process.env.PATH ?? "" };
  return { env, variables: {}, cwd, roots: [cwd], version: "1", connectMs: 20_000, callMs: 20_000, ...more };
}

export interface StdioRig extends AsyncDisposable {
  readonly dir: TempDir;
  readonly server: McpServer;
  /** Lines that the servers have noted: starts, violations, cancellations. */
  log(): string[];
  /** Calls a tool by the fake's own name. */
  call(name: string, args?: Record<string, unknown>, context?: Partial<ToolContext>): Promise<ToolOutput>;
}

/** The fake with words behind its own, e.g. a fault. Disposing it fails where the client broke the protocol. */
export function stdioRig(
  words: readonly string[] = [],
  more: Partial<Surroundings> = {},
  entry: Readonly<Record<string, unknown>> = {},
): StdioRig {
  const dir = tempDir();
  const file = join(dir.path, "log");
  const config = configOf({ command: process.execPath, args: [fakeStdio, `log=${file}`, ...words], ...entry });
  const server = new McpServer(config, "fake", surroundings(dir.path, more));
  const log = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  return {
    dir,
    server,
    log,
    async call(name, args = {}, context = {}) {
      const tool = toolOf(await server.open(), name);
      return tool.run(tool.schema.parse(args) as never, contextAt(dir.path, context));
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      const violations = log().filter((line) => line.startsWith("violation"));
      dir[Symbol.dispose]();
      if (violations.length > 0) throw new Error(violations.join("\n"));
    },
  };
}

export function toolOf(tools: readonly AnyTool[], name: string): AnyTool {
  return must(tools.find((tool) => tool.name === `mcp__fake__${name}`));
}

/** As configurations refer to a variable. */
export const variable = (name: string) => `\${${name}}`;
