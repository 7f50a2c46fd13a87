/** Every view of the page, both themes, on a desk and on a phone: nothing serious for axe, no fault, nothing wider than the screen. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Tab, testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const saidTo = ({ view }: FakeRequest) => view.messages.flatMap(({ texts }) => texts).join("\n");
const callsOf = ({ view }: FakeRequest) => view.messages.flatMap(({ calls }) => calls).length;
const prose =
  "## Found\n\nIt is in `src/a.ts:1`:\n\n```ts\nexport const a = 2;\n```\n\n| was | is |\n|---|---|\n| 1 | 2 |";

function script(request: FakeRequest): FakeStep {
  const said = saidTo(request);
  if (said.includes("You are the helper")) {
    if (callsOf(request) > 0) return { parts: [{ text: "I helped." }] };
    return { parts: [{ call: "AgentSend", args: { to: "main", content: "I am on it." } }] };
  }
  if (callsOf(request) === 0) {
    return {
      parts: [
        { text: "I look." },
        { call: "Read", args: { file_path: "src/a.ts" } },
        { call: "Bash", args: { command: "printf '\\033[31mred\\033[0m\\n'; exit 3" } },
        { call: "AgentSpawn", args: { label: "helper", prompt: "You are the helper.", persistent: true } },
      ],
    };
  }
  if (callsOf(request) === 3) {
    const edit = { file_path: "src/a.ts", old_string: "a = 1", new_string: "a = 2" };
    return { parts: [{ call: "Edit", args: edit }, { text: prose }] };
  }
  if (callsOf(request) === 4) {
    return { parts: [{ text: prose }, { call: "Ask", args: { question: "Go on?", choices: ["Yes", "No"] } }] };
  }
  return { parts: [{ text: "Done." }] };
}

/** Opens a view by what a person would press; `part` is what axe looks at and what is waited for. */
interface View {
  readonly name: string;
  readonly part: string;
  open(page: Page): Promise<void>;
}

const byKey = (name: string, part: string, key: string): View => ({
  name,
  part,
  open: (page) => page.keyboard.press(key),
});

const bySide = (name: string, at: number) => byKey(name, `#side-panel[aria-labelledby=tab-${name}]`, `Alt+${at}`);

const sides = ["fleet", "changes", "files", "terminal", "details"].map((name, index) => bySide(name, index + 1));

const byButton = (name: string, part: string, label: RegExp): View => ({
  name,
  part,
  open: (page) => page.locator("main").getByRole("button", { name: label }).first().click(),
});

const fromMenu = (name: string, item: string): View => ({
  name,
  part: "dialog[open]",
  async open(page) {
    await page.getByRole("button", { name: "More of this session" }).click();
    await page.locator(":popover-open").getByText(item).click();
  },
});

/** A dialog that is opened from the fleet's tab, and stands over it. */
const fromFleet = (name: string, open: (page: Page) => Promise<void>): View => ({
  name,
  part: "dialog.dialog[open]",
  async open(page) {
    await page.keyboard.press("Alt+1");
    await open(page);
  },
});

const overlays: readonly View[] = [
  byKey("palette", "dialog[open]", "Control+k"),
  byKey("find", "dialog[open]", "Control+Shift+f"),
  byKey("models", "dialog[open]", "Control+m"),
  byKey("local", "dialog[open]", "Alt+Shift+m"),
  byKey("export", "dialog[open]", "Alt+Shift+e"),
  fromMenu("timeline", "Timeline"),
  fromFleet("spawn", (page) => page.getByRole("button", { name: "Spawn an agent" }).click()),
  fromFleet("retune", async (page) => {
    await page.getByRole("button", { name: "What to do with helper" }).click();
    await page.getByRole("menuitem", { name: "Retune" }).click();
  }),
  byButton("meter", ".popover:popover-open", /^Context/),
  byButton("cost", ".popover:popover-open", /^Cost so far/),
  byButton("effort", ".popover:popover-open", /^Effort:/),
  {
    name: "help",
    part: "dialog[open]",
    async open(page) {
      await page.locator(".transcript-list").focus();
      await page.keyboard.press("?");
    },
  },
];

/** The whole page is looked at without a part. */
async function look(tab: Tab, name: string, part?: string): Promise<void> {
  expect([name, await tab.axe(part)]).toEqual([name, []]);
  const place = await tab.page.evaluate(() => ({
    fits: document.documentElement.scrollWidth <= innerWidth,
    top: document.querySelector(".frame")?.getBoundingClientRect().top,
  }));
  expect([name, place]).toEqual([name, { fits: true, top: 0 }]);
  await tab.shot(`view-${name}`);
}

/** Closes what lies over the page, as Escape does. */
async function uncover(page: Page): Promise<void> {
  const covers = page.locator("dialog, .popover:popover-open");
  for (let left = await covers.count(); left > 0; left -= 1) {
    await page.keyboard.press("Escape");
    await until(async () => (await covers.count()) < left);
  }
}

async function lookAtAll(tab: Tab, views: readonly View[]): Promise<void> {
  for (const { name, part, open } of views) {
    await open(tab.page);
    await tab.page.locator(part).waitFor();
    await look(tab, name, part);
    await uncover(tab.page);
  }
}

/** What a finger would miss: less than 40 px high, links within text aside. */
function small(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("button:not(.link-button, .path, .skip), select, input, [role=treeitem]")].flatMap(
      (each) => {
        const { width, height } = (each.closest("label") ?? each).getBoundingClientRect();
        return height > 1 && height < 40 && each.checkVisibility({ opacityProperty: true })
          ? [`${each.className || each.tagName} ${Math.round(width)}×${Math.round(height)}`]
          : [];
      },
    ),
  );
}

/** A session with a bit of everything: a fleet, calls of all kinds, prose, a failed tool, a change, a question that waits. */
async function begin(tab: Tab): Promise<string> {
  const { page } = tab;
  await look(tab, "start");
  await page.getByLabel(/^Message/).fill("Look into it.");
  await page.keyboard.press("Enter");
  await page.locator(".ask").waitFor();
  await page.locator('[role=treeitem][data-label="helper"]', { hasText: "Done" }).waitFor();
  return page.url();
}

async function show(tab: Tab, session: string, theme: "dark" | "light"): Promise<void> {
  await tab.emulate({ theme, reducedMotion: true });
  await tab.page.goto(session);
  await tab.page.reload();
  await tab.page.locator(".ask").waitFor();
  await tab.page.locator(".transcript", { hasText: "Go on?" }).first().waitFor();
}

test("every view holds in both themes, on a desk and on a phone", async () => {
  await using served = await serveFake(script, { files: { "src/a.ts": "export const a = 1;\n" } });
  await using tab = await browser.open(served.link, { theme: "dark", reducedMotion: true });
  const session = await begin(tab);
  for (const theme of ["dark", "light"] as const) {
    await show(tab, session, theme);
    await look(tab, "transcript");
    await lookAtAll(tab, [...sides, ...overlays]);
  }
  await tab.page.setViewportSize({ width: 360, height: 740 });
  for (const theme of ["dark", "light"] as const) {
    await show(tab, session, theme);
    await look(tab, "transcript");
    await lookAtAll(tab, [byKey("sessions", ".drawer", "Control+b"), ...sides, ...overlays]);
  }
  expect(served.fake.problems).toEqual([]);
});

test("on a phone everything that is pressed is as high as a finger needs", async () => {
  await using served = await serveFake(script, { files: { "src/a.ts": "export const a = 1;\n" } });
  await using tab = await browser.open(served.link, { size: "phone", reducedMotion: true });
  const devTools = await tab.page.context().newCDPSession(tab.page);
  await devTools.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  expect(await tab.page.evaluate(() => matchMedia("(pointer: coarse)").matches)).toBe(true);
  expect(await small(tab.page)).toEqual([]);
  await tab.page.getByLabel(/^Message/).fill("Look into it.");
  await tab.page.keyboard.press("Enter");
  await tab.page.locator(".ask").waitFor();
  expect(await small(tab.page)).toEqual([]);
  await tab.shot("view-touch");
  for (const { open, part } of [byKey("sessions", ".drawer", "Control+b"), ...sides, ...overlays.slice(0, 5)]) {
    await open(tab.page);
    await tab.page.locator(part).waitFor();
    expect([part, await small(tab.page)]).toEqual([part, []]);
    await uncover(tab.page);
  }
});

test("the side is a drawer on a phone: a tap beside it or Escape gives the focus back; the first stop leads to the field", async () => {
  await using served = await serveFake(script);
  await using tab = await browser.open(served.link, { size: "phone" });
  const { page } = tab;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  const drawer = page.getByRole("dialog", { name: "Side" });
  for (const leave of [() => page.mouse.click(10, 400), () => page.keyboard.press("Escape")]) {
    await page.getByRole("button", { name: "Show the side" }).click();
    await drawer.waitFor();
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => !document.activeElement?.closest("main"))).toBe(true);
    }
    await leave();
    await drawer.waitFor({ state: "detached" });
    await until(async () => (await focused()) === "Show the side");
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("complementary", { name: "Side" }).waitFor();
  await page.reload();
  await page.getByRole("complementary", { name: "Side" }).waitFor();
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await page.getByText("Skip to the message").focus();
  await page.keyboard.press("Enter");
  await until(async () => (await focused())?.startsWith("Message") ?? false);
  expect(await page.locator("button, a, input, textarea").first().textContent()).toBe("Skip to the message");
  await page.emulateMedia({ forcedColors: "active" });
  await tab.shot("view-forced-colours");
});

test("a fleet of hundreds: few rows are mounted, totals are right, and any can be opened", async () => {
  const count = 300;
  await using served = await serveFake((request) => {
    const said = saidTo(request);
    if (said.includes("You are number")) return { parts: [{ text: "Here." }] };
    if (callsOf(request) > 0) return { parts: [{ text: "All are out." }] };
    const calls = Array.from({ length: count }, (_, index) => ({
      call: "AgentSpawn",
      args: { label: `w${index}`, prompt: `You are number ${index}.`, persistent: true, notify: false },
    }));
    return { parts: calls };
  });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message/).fill("Send all.");
  await page.keyboard.press("Enter");
  await page.locator(".fleet-sum", { hasText: `${count + 1} agents` }).waitFor({ timeout: 60_000 });
  await page.locator(".fleet-groups", { hasText: /^0 at work/ }).waitFor({ timeout: 60_000 });
  expect(await page.getByRole("treeitem").count()).toBeLessThan(60);
  await page.getByLabel("Filter agents").fill("w299");
  await page.locator('[role=treeitem][data-label="w299"]').click();
  await page.locator(".transcript", { hasText: "You are number 299." }).waitFor();
  expect(served.fake.problems).toEqual([]);
});
