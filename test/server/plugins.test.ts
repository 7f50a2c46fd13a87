/** Plug-ins of every kind: what they add, what is wrong with them, and that they are loaded anew. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../../agent/agent.ts";
import { noUsage } from "../../agent/message.ts";
import type { ToolContext } from "../../agent/tool.ts";
import { loadModule } from "../../server/plugin-build.ts";
import { type LoadedPlugin, Plugins } from "../../server/plugins.ts";
import { builtinNames } from "../../tools/registry.ts";
import { projectPlaces } from "../../tools/skills/places.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import { scriptedModel } from "../support/index.ts";
import { tempDir } from "../support/temp-dir.ts";
import { writeFiles } from "../support/write-files.ts";
import { contextAt } from "../tools/tool-bench.ts";
import { freshHome } from "./program.ts";

const tool = (name: string, answer: string) => `import { defineTool } from "sagent/tools";
import { z } from "zod";
export default defineTool({ name: "${name}", description: "Answers.", schema: z.strictObject({}), run: () => "${answer}" });
`;

function pluginsAt(root: string, trusted = true) {
  const plugins = new Plugins({ isTrusted: async () => trusted, taken: builtinNames(), loadMs: 400 });
  const reload = () => plugins.reload(projectPlaces(root, { HOME: join(root, "home") }));
  return { plugins, reload };
}

const parts = ({ name, tools, commands, hooks, providers, problems, isOut }: LoadedPlugin) => ({
  name,
  tools: tools.map((each) => each.name),
  commands: Object.keys(commands),
  hooks: hooks.map(({ event, pluginDir }) => [event, pluginDir !== undefined]),
  providers: Object.keys(providers),
  problems,
  isOut,
});
const empty = { tools: [], commands: [], hooks: [], providers: [], problems: [], isOut: false };

const run = (plugins: Plugins, name: string, context: ToolContext = contextAt("/")) =>
  plugins.tools.find((each) => each.name === name)?.run({} as never, context);

test("folders, files and packages add what they have, and the person's own come last", async () => {
  using dir = tempDir();
  const hooks = JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command: "true" }] }] } });
  writeFiles(dir.path, {
    ".sagent/plugins/code/index.ts": `import { definePlugin } from "sagent/tools";
      import other from "./other.ts";
      export default definePlugin({
        tools: [other],
        commands: { shout: { prompt: "Say $ARGUMENTS loudly." } },
        hooks: { PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command: "true" }] }] },
        providers: { acme: { baseUrl: "http://127.0.0.1:1/v1" }, odd: { wire: "telepathy" } },
      });`,
    ".sagent/plugins/code/other.ts": tool("Other", "other"),
    ".sagent/plugins/files/.claude-plugin/plugin.json": '{"name":"claude-files"}',
    ".sagent/plugins/files/hooks/hooks.json": hooks,
    ".sagent/tools/single.ts": tool("Single", "single"),
    ".sagent/tools/many.js": `${tool("A", "a").replace("export default", "const a =")}
      export default [a, { ...a, name: "B" }];`,
    ".sagent/settings.json": '{"plugins":["sagent-plugin-x"]}',
    "node_modules/sagent-plugin-x/package.json": '{"name":"sagent-plugin-x","type":"module","main":"main.js"}',
    "node_modules/sagent-plugin-x/main.js": `import dep from "dep";\n${tool("Pack", "pack")}`.replace('"pack"', "dep"),
    "node_modules/dep/package.json": '{"name":"dep","type":"module","main":"index.js"}',
    "node_modules/dep/index.js": "export default 'from dep';",
    "home/.config/sagent/tools/own.ts": tool("Own", "own"),
  });
  const { plugins, reload } = pluginsAt(dir.path);
  await reload();
  const [code] = plugins.all;
  expect(plugins.problems).toEqual([
    'The plug-in "code": the provider "odd" is left out: providers.odd: Unrecognized key: "wire"',
  ]);
  expect(plugins.all.map(parts)).toEqual([
    {
      ...empty,
      name: "code",
      tools: ["Other"],
      commands: ["shout"],
      hooks: [["PreToolUse", true]],
      providers: ["acme"],
      problems: code?.problems ?? [],
    },
    { ...empty, name: "claude-files", hooks: [["Stop", true]] },
    { ...empty, name: "many", tools: ["A", "B"] },
    { ...empty, name: "single", tools: ["Single"] },
    { ...empty, name: "sagent-plugin-x", tools: ["Pack"] },
    { ...empty, name: "own", tools: ["Own"] },
  ]);
  expect(await run(plugins, "Pack")).toEqual({ text: "from dep" });
  expect(await run(plugins, "B")).toEqual({ text: "a" });
});

const broken: readonly [what: string, text: string, problem: RegExp][] = [
  ["throws", "throw new Error('oops');", /^oops$/],
  ["never ends to load", "await new Promise(() => {}); export default {};", /^it was still loading after 0.4 s$/],
  ["is no TypeScript", "export default {;", /index\.ts:1: Expected/],
  ["misses a file", 'import "./nowhere.ts"; export default {};', /Could not resolve: "\.\/nowhere\.ts"/],
  [
    "misses a package",
    'import "no-such-package-here"; export default {};',
    /Could not resolve: "no-such-package-here"/,
  ],
  ["exports nothing", "export const x = 1;", /^it has no default export$/],
  ["exports a number", "export default 7;", /^its default export does not fit: /],
  ["exports a list of nonsense", "export default { tools: 7 };", /^its default export does not fit: tools: /],
];

test.each([...broken])(
  "a plug-in that %s is left out with a sentence, and mended it is there",
  async (_, text, problem) => {
    using dir = tempDir();
    writeFiles(dir.path, { ".sagent/plugins/p/index.ts": text, ".sagent/tools/good.ts": tool("Good", "good") });
    const { plugins, reload } = pluginsAt(dir.path);
    await reload();
    const [bad] = plugins.all;
    expect([bad?.isOut, bad?.problems.length]).toEqual([true, 1]);
    expect(bad?.problems[0]).toMatch(problem);
    expect(plugins.tools.map(({ name }) => name)).toEqual(["Good"]);
    writeFiles(dir.path, { ".sagent/plugins/p/index.ts": tool("Mended", "mended") });
    await reload();
    expect(await run(plugins, "Mended")).toEqual({ text: "mended" });
  },
);

test("tools that do not fit, or have a name that is taken, are left out one by one", async () => {
  using dir = tempDir();
  const tools = [
    '{ name: "Read", description: "d", schema: z.object({}), run: () => "" }',
    '{ name: "has space", description: "d", schema: z.object({}), run: () => "" }',
    '{ name: "NoSchema", description: "d", run: () => "" }',
    '{ name: "NoObject", description: "d", schema: z.string(), run: () => "" }',
    '{ name: "Odd", description: "d", schema: z.object({ x: z.date() }), run: () => "" }',
    '{ name: "Fine", description: "d", schema: z.object({}), run: () => "fine" }',
  ];
  writeFiles(dir.path, {
    ".sagent/plugins/a/index.ts": `import { z } from "zod"; export default { tools: [${tools.join(", ")}] };`,
    ".sagent/tools/fine.ts": tool("Fine", "other"),
  });
  const { plugins, reload } = pluginsAt(dir.path);
  await reload();
  expect(plugins.problems.map((problem) => problem.split(":").slice(0, 2).join(":"))).toEqual([
    'The plug-in "a": the tool "has space" is left out',
    'The plug-in "a": the tool "NoSchema" is left out',
    'The plug-in "a": the tool "NoObject" is left out',
    'The plug-in "a": the tool "Odd" is left out',
    'The plug-in "a": its tool "Read" is left out',
    'The plug-in "fine": its tool "Fine" is left out',
  ]);
  expect(await run(plugins, "Fine")).toEqual({ text: "fine" });
});

test("nothing of a project that is not trusted is loaded", async () => {
  using dir = tempDir();
  writeFiles(dir.path, {
    ".sagent/tools/x.ts": `await Bun.write("${dir.path}/loaded", ""); ${tool("X", "x")}`,
    "home/.config/sagent/tools/own.ts": tool("Own", "own"),
  });
  const { plugins, reload } = pluginsAt(dir.path, false);
  await reload();
  expect(plugins.tools.map(({ name }) => name)).toEqual(["Own"]);
  expect(plugins.problems[0]).toContain("is not obeyed");
  expect(await Bun.file(join(dir.path, "loaded")).exists()).toBe(false);
});

test("an agent in the middle of its work has the change, and a call that runs ends as it began", async () => {
  using dir = tempDir();
  const slow = (answer: string) =>
    tool("Slow", answer)
      .replace("run: () =>", `run: async () => (await Bun.sleep(Number("${answer.length}") * 10),`)
      .replace(/"(\w+)" \}\);/, '"$1") });');
  writeFiles(dir.path, { ".sagent/tools/slow.ts": slow("before") });
  const { plugins, reload } = pluginsAt(dir.path);
  await reload();
  const model = scriptedModel([
    { parts: [{ call: "Slow", args: {} }] },
    { parts: [{ call: "Slow", args: {} }] },
    { parts: [{ call: "Slow", args: {} }] },
    { parts: [{ text: "Done." }] },
  ]);
  await using agent = new Agent({ model, sources: [plugins] });
  const reloaded: Promise<void>[] = [];
  agent.subscribe((event) => {
    if (event.type !== "toolStarted" || reloaded.length > 0) return;
    writeFiles(dir.path, { ".sagent/tools/slow.ts": slow("after") });
    reloaded.push(reload());
  });
  await agent.run("Go.");
  await reloaded[0];
  const results = agent.snapshot().messages.flatMap((entry) => (entry.type === "toolResult" ? [entry.text] : []));
  expect(results).toEqual([
    "Slow was not loaded, so it was not run. It is loaded now: call it again.",
    "before",
    "after",
  ]);
});

test("a module knows its own place; a hundred reloads leave nothing of note behind", async () => {
  using dir = tempDir();
  const entry = join(dir.path, "p.ts");
  const text = (round: number) =>
    `import { b } from "./b.ts";\nexport default [import.meta.dir, import.meta.path, b, ${round}];`;
  writeFiles(dir.path, { "b.ts": "export const b = __dirname;" });
  const load = async (round: number) => {
    writeFiles(dir.path, { "p.ts": `${text(round)}\nexport const ballast = ${JSON.stringify("x".repeat(100_000))};` });
    return (await loadModule(entry)).default;
  };
  expect(await load(0)).toEqual([dir.path, entry, dir.path, 0]);
  for (let round = 1; round <= 60; round += 1) await load(round);
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  for (let round = 1; round <= 100; round += 1) expect(await load(round)).toEqual([dir.path, entry, dir.path, round]);
  Bun.gc(true);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(60);
});

test("a plug-in brings providers: one behind a base URL, and an object of its own", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "From the server." }] }));
  using home = freshHome();
  writeFiles(home.project, {
    ".sagent/plugins/far/index.ts": `export default { providers: {
      acme: { baseUrl: "${fake.url("chat")}", models: { "acme-1": {} }, keyVar: "ACME_KEY" },
      parrot: {
        name: "parrot",
        async model() {
          const usage = ${JSON.stringify(noUsage)};
          const parts = [{ type: "text", text: "From the parrot." }];
          return {
            info: ${JSON.stringify(scriptedModel([]).info)},
            async *stream() {
              yield { type: "text", text: "From the parrot." };
              yield { type: "done", parts, stopReason: "endTurn", usage };
            },
            estimateText: (text) => text.length, estimateAttachment: () => 1,
            close: async () => {}, [Symbol.asyncDispose]: async () => {},
          };
        },
        close: async () => {}, [Symbol.asyncDispose]: async () => {},
      },
    } };`,
  });
  const ask = (...args: string[]) => home.run(["-p", "Hi.", "--trust", ...args], { env: { ACME_KEY: testKey } });
  expect((await ask("--provider", "acme", "--model", "acme-1")).stdout).toBe("From the server.\n");
  expect(await ask("--provider", "parrot")).toEqual({ code: 0, stdout: "From the parrot.\n", stderr: "" });
});

test("servers of a plug-in's .mcp.json are started when they are wanted, where the project is trusted", async () => {
  await using fake = await startFakeProvider(({ view }) =>
    view.messages.at(-1)?.results.length
      ? { parts: [{ text: "Done." }] }
      : { parts: [{ call: "ToolSearch", args: { query: "echo" } }] },
  );
  using home = freshHome(fake);
  const dir = join(home.project, ".sagent/plugins/far");
  const fakeStdio = join(import.meta.dir, "../support/fake-mcp-stdio.ts");
  const root = ["$", "{CLAUDE_PLUGIN_ROOT}"].join("");
  const server = { command: process.execPath, args: [fakeStdio, `log=${root}/log`] };
  writeFiles(dir, { ".mcp.json": JSON.stringify({ mcpServers: { fake: server } }) });
  await home.run(["-p", "Hi."]);
  expect(await Bun.file(join(dir, "log")).exists()).toBe(false);
  await home.run(["-p", "Hi.", "--trust"]);
  expect(await Bun.file(join(dir, "log")).exists()).toBe(true);
});

test("sagent plugin list tells what each adds and what is wrong", async () => {
  using home = freshHome();
  const none = await home.run(["plugin", "list"]);
  expect([none.code, none.stdout.startsWith("There are no plug-ins here.")]).toEqual([0, true]);
  writeFiles(home.project, {
    ".sagent/plugins/tidy/commands/tidy.md": "Tidy up.",
    ".sagent/plugins/tidy/skills/tidying/SKILL.md": "---\ndescription: How to tidy\n---\nSo.",
    ".sagent/plugins/tidy/index.ts": tool("Tidy", "tidy"),
    ".sagent/tools/bad.ts": "throw new Error('oops');",
  });
  const listed = await home.run(["plugin", "list", "--trust"]);
  expect([listed.code, listed.stderr]).toEqual([1, ""]);
  expect(listed.stdout).toBe(
    [
      `tidy  (project, ${home.project}/.sagent/plugins/tidy/index.ts)`,
      "  tools      Tidy",
      "  commands   /tidy",
      "  skills     tidying",
      `bad  (project, ${home.project}/.sagent/tools/bad.ts)`,
      "  ! oops",
      "",
    ].join("\n"),
  );
  const rows = (await home.run(["plugin", "list", "--json"])).stdout.trim().split("\n");
  expect(rows.map((row) => JSON.parse(row).problems[0].includes("is not obeyed"))).toEqual([true, true]);
  expect((await home.run(["plugin", "nonsense"])).code).toBe(2);
});
