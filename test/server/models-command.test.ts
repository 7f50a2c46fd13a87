/** `sagent models` as a user runs it: filters, the table, one array of everything, and one model in full. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../support/must.ts";
import { until } from "../support/until.ts";
import { freshHome, type Home, main } from "./program.ts";

let home: Home;
beforeEach(() => {
  home = freshHome();
});
afterEach(() => home[Symbol.dispose]());

const env = { OPENAI_API_KEY: "key-openai-1" };

interface Row {
  readonly id: string;
  readonly provider: string;
  readonly usable: boolean;
  readonly [field: string]: unknown;
}

async function rows(...args: string[]): Promise<Row[]> {
  const { code, stdout, stderr } = await home.run(["models", "--json", ...args], { env });
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

function put(content: unknown): void {
  const path = join(must(home.env.XDG_CONFIG_HOME ?? join(must(home.env.HOME), ".config")), "sagent/models.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}

test("json is one array of everything, with what is missing", async () => {
  const all = await rows();
  expect(all.filter(({ provider }) => provider !== "local")).toHaveLength(84);
  expect(all.filter(({ usable }) => usable).map(({ provider }) => provider)).toEqual(
    all.filter(({ provider }) => provider === "openai").map(({ provider }) => provider),
  );
  expect(all.find(({ id }) => id === "opus-5.5")).toMatchObject({
    provider: "anthropic",
    wireId: "claude-opus-5-5",
    aliases: ["claude-opus-5-5", "default", "opus", "opus-5"],
    tags: ["+200k", "+1m"],
    usable: false,
    missing: "A key: run sagent login anthropic, or set ANTHROPIC_API_KEY and start sagent again.",
    pricesAsOf: "2026-10-03",
  });
});

test("words and filters narrow it together", async () => {
  const ids = async (...args: string[]) => (await rows(...args)).map(({ id }) => id);
  expect(await ids("flash", "lite", "--provider", "google")).toEqual([
    "gemini-flash-lite-3.5",
    "gemini-flash-lite-3.1",
    "gemini-flash-lite-2.5",
  ]);
  expect(await ids("--usable", "--max-price", "0.1")).toEqual(["luna-6.0", "gpt-nano-4.1"]);
  expect(await ids("gpt", "--usable", "--images", "--min-window", "1000000", "--effort", "low")).toEqual([
    "gpt-5.5",
    "gpt-5.4",
  ]);
  expect(await ids("--thinking", "on", "--provider", "anthropic")).toEqual([
    "opus-4.6",
    "opus-4.5",
    "sonnet-4.6",
    "sonnet-4.5",
    "haiku-4.5",
  ]);
  expect((await ids("--allow-providers", "moonshot,local")).slice(0, 4)).toEqual([
    ...["kimi-3.0", "kimi-2.6", "kimi-code-2.7", "kimi-code-highspeed-2.7"],
  ]);
});

test("people read a table with the date of its prices", async () => {
  const { stdout } = await home.run(["models", "kimi"], { env });
  expect(stdout.split("\n")).toEqual([
    "MODEL                    PROVIDER  WINDOW  IN $  OUT $  THINKING       IMAGES  STATE",
    "kimi-3.0                 moonshot   1.05M     3     15  low–max        yes     needs MOONSHOT_API_KEY",
    "kimi-2.6                 moonshot    262k  0.95      4  adaptive, off  yes     needs MOONSHOT_API_KEY",
    "kimi-code-2.7            moonshot    262k  0.95      4                 yes     needs MOONSHOT_API_KEY",
    "kimi-code-highspeed-2.7  moonshot    262k   1.9      8                 yes     needs MOONSHOT_API_KEY",
    "4 models. Prices: USD for a million tokens, as of 2026-10-03.",
    "",
  ]);
  expect((await home.run(["models", "no-such-thing"], { env })).stdout).toBe("No model matches.\n");
});

test("one model is shown in full, by any of its names", async () => {
  const shown = await home.run(["models", "show", "kimi"], { env });
  expect(shown.stdout).toBe(`kimi-3.0 (moonshot)
  On the wire      kimi-k3
  Other names      kimi-k3, default, kimi, kimi-3
  Window           1,048,576
  Window tags      kimi-3.0+1m
  Longest answer   1,048,576
  Largest request  104,857,600 bytes
  Images           yes
  Effort           none, low, high, max
  Tiers            auto
  State            needs MOONSHOT_API_KEY; A key: run sagent login moonshot, or set MOONSHOT_API_KEY and start sagent again.
  Prices, USD for a million tokens, as of 2026-10-03; a whole prompt pays its band's price
  TIER  PROMPT ABOVE  SINCE  INPUT  OUTPUT  CACHE READ  WRITE  WRITE 1H
  auto                           3      15         0.3      3         6
`);
  const bands = await home.run(["models", "show", "qwen-flash-3.8", "--json"], { env });
  expect(JSON.parse(bands.stdout)).toMatchObject([{ id: "qwen-flash-3.8", provider: "dashscope" }]);
  const absent = await home.run(["models", "show", "gpt-99"], { env });
  expect([absent.code, absent.stdout]).toEqual([1, ""]);
  expect(absent.stderr).toContain('There is no model "gpt-99".');
  expect((await home.run(["models", "show"], { env })).code).toBe(2);
});

test("a person's own provider is listed; what its server reports matches only exactly", async () => {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ data: [{ id: "mine-7b" }, { id: "Opus" }] }),
  });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const models = { big: { maxRequestTokens: 64_000, prices: [{ input: 7, output: 9 }] } };
  put({ providers: { here: { baseUrl }, acme: { baseUrl, keyVar: "ACME_KEY", models } } });
  const own = await rows("--provider", "here");
  expect(own.map(({ id, usable }) => [id, usable])).toEqual([
    ["mine-7b", true],
    ["Opus", true],
  ]);
  const { stdout } = await home.run(["models", "show", "big"], { env });
  expect(stdout).toContain("needs ACME_KEY; A key: set ACME_KEY and start sagent again.");
  expect(stdout).toContain("Prices, USD for a million tokens, from your models.json");
  const unknown = await home.run(["models", "--provider", "nobody"], { env });
  expect([unknown.code, unknown.stderr.split("\n")[0]]).toEqual([2, 'sagent: There is no provider "nobody".']);
});

test("a list longer than the terminal goes through the pager, which is told no key", async () => {
  const pager = join(home.path, "pager");
  writeFileSync(pager, '#!/bin/sh\necho "paged $(wc -l) lines, $(env | grep -c key-openai-1) keys"\n', { mode: 0o755 });
  const onTerminal = async (rows: number) => {
    const shown: string[] = [];
    const program = Bun.spawn([process.execPath, main, "models", "kimi"], {
      cwd: home.project,
      env: { ...home.env, ...env, TERM: "dumb", PAGER: pager },
      terminal: { cols: 200, rows, data: (_, bytes) => shown.push(Buffer.from(bytes).toString()) },
    });
    await program.exited;
    await until(() => shown.join("").endsWith("\n"));
    program.terminal?.close();
    return shown.join("").trim();
  };
  expect(await onTerminal(40)).toStartWith("MODEL ");
  expect(await onTerminal(4)).toBe("paged 6 lines, 0 keys");
});
