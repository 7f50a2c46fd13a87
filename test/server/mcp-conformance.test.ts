/** The official conformance suite of the Model Context Protocol, over our client and over our server. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { hostServer } from "../../server/mcp-host.ts";
import { serveHttp } from "../../server/mcp-http.ts";
import { conformanceOffer } from "../support/fake-mcp-offer.ts";
import { tempDir } from "../support/temp-dir.ts";

const suite = join(import.meta.dir, "../../node_modules/@modelcontextprotocol/conformance/dist/index.js");
const client = join(import.meta.dir, "../support/mcp-conformance-client.ts");
const checksSchema = z.array(
  z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }),
);

/** Measures how long the client waits, so that it needs the machine for itself. */
const timed = "sse-retry";
const mostTries = 8;

async function run(args: readonly string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, suite, ...args], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  await child.exited;
  return out;
}

/** Names as the suite lists them. */
async function scenarios(of: "client" | "server"): Promise<string[]> {
  const lines = (await run(["list", `--${of}`])).split("\n");
  return lines.flatMap((line) => /^ {2}- (\S+)/.exec(line)?.[1] ?? []);
}

interface Outcome {
  /** With a check that succeeded. */
  readonly ran: string[];
  /** Of checks that failed or warned. */
  readonly failures: string[];
}

/** What the suite wrote down in a directory: one of each scenario, named by it and the time. */
function outcomes(dir: string): Outcome {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter(
    (path) => basename(path) === "checks.json",
  );
  const ran: string[] = [];
  const failures: string[] = [];
  for (const file of files) {
    const name = dirname(file)
      .replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, "")
      .replace(/^server-(?=.)/, "");
    const checks = checksSchema.parse(JSON.parse(readFileSync(join(dir, file), "utf8")));
    if (checks.some(({ status }) => status === "SUCCESS")) ran.push(name);
    for (const { id, status, errorMessage = "" } of checks) {
      if (status === "FAILURE" || status === "WARNING") failures.push(`${name}: ${id} ${errorMessage}`);
    }
  }
  return { ran: ran.sort(), failures };
}

test("our client passes every scenario", async () => {
  using dir = tempDir();
  const command = `${process.execPath} ${client}`;
  await run(["client", "--command", command, "--suite", "all", "--timeout", "60000", "-o", dir.path]);
  const wanted = (await scenarios("client")).filter((name) => name !== timed).sort();
  expect(wanted.length).toBeGreaterThan(20);
  const { ran, failures } = outcomes(dir.path);
  expect(ran.filter((name) => name !== timed)).toEqual(wanted);
  expect(failures.filter((line) => !line.startsWith(timed))).toEqual([]);
}, 180_000);

test("our client waits as long as a server tells it to before it comes back", async () => {
  let last: Outcome | undefined;
  for (let tries = 0; tries < mostTries && last?.failures.length !== 0; tries += 1) {
    using dir = tempDir();
    await run(["client", "--command", `${process.execPath} ${client}`, "--scenario", timed, "-o", dir.path]);
    last = outcomes(dir.path);
  }
  expect(last).toEqual({ ran: [timed], failures: [] });
}, 120_000);

test("our server passes every scenario", async () => {
  using dir = tempDir();
  await using http = serveHttp({ host: () => hostServer(conformanceOffer), port: 0, token: undefined });
  await run(["server", "--url", http.url, "--suite", "all", "-o", dir.path]);
  const wanted = (await scenarios("server")).sort();
  expect(wanted.length).toBeGreaterThan(30);
  expect(outcomes(dir.path)).toEqual({ ran: wanted, failures: [] });
}, 60_000);
