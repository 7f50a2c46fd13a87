import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { freshHome } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { tempDir } from "../support/temp-dir.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser();

function script(file: string) {
  return ({ view }: FakeRequest): FakeStep => {
    const rounds = view.messages.filter(({ role }) => role === "assistant").length;
    if (rounds === 0) return { parts: [{ call: "ToolSearch", args: { query: "select:Sql" } }] };
    if (rounds === 1) return { parts: [{ call: "Sql", args: { file, query: "SELECT * FROM books" } }] };
    return { parts: [{ text: "Forty books there are." }] };
  };
}

test("the rows of a query are a table, whatever they hold", async () => {
  using dir = tempDir();
  const file = join(dir.path, "a.db");
  using database = new Database(file);
  database.run("CREATE TABLE books (id INTEGER, title TEXT, cover BLOB)");
  database.run("INSERT INTO books VALUES (1, '<img src=x onerror=alert(1)>', zeroblob(5000))");
  for (let id = 2; id <= 40; id++)
    database.run("INSERT INTO books VALUES (?, ?, NULL)", [id, `A book of number ${id}`]);
  await using fake = await startFakeProvider(script(file));
  using home = freshHome(fake, "anthropic");
  await using served = await serve(home);
  await using tab = await browser.open(served.link, { theme: "dark", size: { width: 1280, height: 900 } });
  const { page } = tab;
  page.setDefaultTimeout(20_000);
  await page.locator(".composer textarea").fill("How many books are there?");
  await page.keyboard.press("Enter");
  await page.getByText("Forty books there are.").waitFor();
  await page.getByRole("button", { name: /^Query/ }).click();
  const table = page.locator(".data-table");
  expect(await table.locator("th").allTextContents()).toEqual(["id", "title", "cover"]);
  expect(await table.locator("tbody tr").count()).toBe(40);
  expect(await table.locator("tbody tr").first().locator("td").allTextContents()).toEqual([
    "1",
    "<img src=x onerror=alert(1)>",
    "<blob 5 kB>",
  ]);
  expect(await table.locator("img").count()).toBe(0);
  expect(await table.locator("p").textContent()).toBe("40 rows");
  await table.scrollIntoViewIfNeeded();
  await tab.shot("table");
});
