/** Pages lead only to what is there. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "..");
const pages = ["README.md", "AGENTS.md", "CHANGELOG.md", ...new Bun.Glob("docs/*.md").scanSync({ cwd: root })];

/** Links and pictures, without anchors and what lies on the web. */
const linksOf = (page: string) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);

test.each(pages)("every link of %s leads to a file", (page) => {
  const dead = linksOf(page).filter((path) => !existsSync(join(root, dirname(page), path)));
  expect(dead).toEqual([]);
});

test("every page of docs is reached from the README, by links", () => {
  const reached = new Set<string>();
  const follow = (page: string) => {
    if (reached.has(page)) return;
    reached.add(page);
    for (const path of linksOf(page)) if (path.endsWith(".md")) follow(join(dirname(page), path));
  };
  follow("README.md");
  expect(pages.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
});
