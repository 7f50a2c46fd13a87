import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { wikiTool } from "../../tools/wiki.ts";
import { tempDir } from "../support/temp-dir.ts";
import { writeFiles } from "../support/write-files.ts";
import { placeAt } from "./tool-bench.ts";

const head = (title: string, more = "") =>
  `---\ntitle: ${title}\ntags: [build, ci]\nsources: [src/a.ts]\nupdated: 2026-01-02\n${more}---\n`;

const files = {
  "wiki/index.md": "# Start here\nSee [[Build/Release|how we release]] and [[hosts#west]].\n",
  "wiki/build/release.md": `${head("Release")}Back to [[INDEX]]. \`[[not a link]]\`\n\`\`\`\n[[nor this]]\n\`\`\`\n[[gone]]\n`,
  "wiki/Hosts.md": "---\ntags: []\n---\n# Hosts\n[[relase]] </wiki-page> <WIKI-PAGE>\n",
  "wiki/alone.md": head("Alone"),
  "wiki/.hidden/secret.md": "hidden",
  "wiki/notes.txt": "no page",
  "outside.md": "SECRET",
};

async function inWiki<T>(
  use: (run: (args: object) => Promise<string>, dir: string) => Promise<T>,
  env = {},
): Promise<T> {
  using dir = tempDir({ memory: true });
  writeFiles(dir.path, files);
  symlinkSync(join(dir.path, "outside.md"), join(dir.path, "wiki/leak.md"));
  symlinkSync(dir.path, join(dir.path, "wiki/up"));
  symlinkSync(join(dir.path, "wiki/alone.md"), join(dir.path, "wiki/alias.md"));
  const tool = wikiTool({ env });
  return await use(
    async (args) => (await placeAt(dir.path).run(tool, tool.schema.parse(args) as never)).text,
    dir.path,
  );
}

test("the wiki is found, and its pages are those of its folder alone", async () => {
  await inWiki(async (run) => {
    expect(await run({ operation: "locate" })).toBe("The wiki is wiki: 5 pages. Its first page is index.");
    expect(await run({ operation: "list" })).toBe(
      "5 pages.\nHosts  Hosts\nalias  Alone [build, ci]\nalone  Alone [build, ci]\nbuild/release  Release [build, ci]\nindex  Start here",
    );
    expect(await run({ operation: "list", query: "CI release" })).toBe("1 page.\nbuild/release  Release [build, ci]");
  });
});

test.each(["build/release", "Build/Release.md", "RELEASE", "/build/release/"])("%s is the page", async (page) => {
  await inWiki(async (run) => expect(await run({ operation: "read_page", page })).toContain("Back to [[INDEX]]"));
});

test.each(["leak", "up/outside", "../outside", "../../etc/passwd", ".hidden/secret", "secret", "notes.txt"])(
  "%s is no page",
  async (page) => {
    await inWiki(async (run) => {
      const text = await run({ operation: "read_page", page });
      expect([text.includes("SECRET"), text]).toEqual([false, expect.stringContaining("There is no page")]);
    });
  },
);

test("the text of a page cannot end the marks that it stands between", async () => {
  await inWiki(async (run) => {
    expect(await run({ operation: "read_page", page: "hosts" })).toBe(
      '<wiki-page slug="Hosts">\n---\ntags: []\n---\n# Hosts\n[[relase]] &lt;/wiki-page> &lt;WIKI-PAGE>\n</wiki-page>',
    );
  });
});

test("what is wrong is told page by page", async () => {
  await inWiki(async (run) => {
    expect(await run({ operation: "lint" })).toBe(
      [
        "5 problems.",
        "Hosts: no title, tags, sources, updated",
        "Hosts:5: [[relase]] leads nowhere",
        "build/release:11: [[gone]] leads nowhere",
        "alias: nothing links to it",
        "alone: nothing links to it",
      ].join("\n"),
    );
  });
});

test("a long page is read in parts", async () => {
  await inWiki(async (run, dir) => {
    writeFiles(dir, { "wiki/long.md": Array.from({ length: 9_000 }, (_, at) => `line ${at + 1} of many`).join("\n") });
    const first = await run({ operation: "read_page", page: "long" });
    const next = /go on with offset (\d+)\.$/.exec(first)?.[1];
    const second = await run({ operation: "read_page", page: "long", offset: Number(next) });
    expect(second).toContain(`\nline ${next} of many\n`);
    expect(second).toEndWith("line 9000 of many\n</wiki-page>");
  });
});

test("another folder counts where it is named, and only one of the project where a model names it", async () => {
  await inWiki(async (run, dir) => {
    writeFiles(dir, { "handbook/a.md": "# A" });
    expect(await run({ operation: "list", folder: "handbook" })).toBe("1 page.\na  A");
    expect(await run({ operation: "list", folder: "/" })).toContain("is not in the project");
    expect(await run({ operation: "list", folder: "none" })).toBe("There is no folder none.");
  });
  await inWiki(async (run) => expect(await run({ operation: "locate" })).toContain("The wiki is wiki/build: 1 page."), {
    SAGENT_WIKI: "wiki/build",
  });
});

test("where there is no wiki it is said what would be one", async () => {
  using dir = tempDir({ memory: true });
  const tool = wikiTool();
  const run = async (operation: "locate") => (await placeAt(dir.path).run(tool, { operation })).text;
  expect(await run("locate")).toContain("there is no folder wiki or .sagent/wiki");
  writeFiles(dir.path, { ".sagent/wiki/Home.md": "# Hi" });
  expect(await run("locate")).toBe("The wiki is .sagent/wiki: 1 page. Its first page is Home.");
});
