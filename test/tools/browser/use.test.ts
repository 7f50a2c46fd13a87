import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../../support/must.ts";
import { bench, site } from "./rig.ts";

const form = `<title>Order</title><h1>Order</h1>
  <form action="/thanks"><label>Name <input name="name"></label>
  <label>Size <select name="size"><option>small<option>large</select></label>
  <input type="checkbox" id="gift"><label for="gift">Gift</label><button>Send</button></form>
  <div id="host"></div><iframe srcdoc="<button onclick='parent.said = 1; this.textContent = 1'>Inside</button>"></iframe>
  <script>document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = "<button onclick='this.textContent = 2'>Shadow</button>"</script>`;
const shop = site({
  "/": form,
  "/thanks": (request) => page(`<title>Thanks</title><p>Thanks, ${new URL(request.url).searchParams.get("name")}</p>`),
  "/dialogs": `<title>Dialogs</title><button onclick="confirm('Sure?') && (document.title = 'sure')">Ask</button>
    <button onclick="document.title = prompt('Who?')">Name</button>`,
  "/faults": `<title>Faults</title><script src="/none.js"></script>
    <script>console.log("hello"); console.error("bad thing"); setTimeout(() => { throw new TypeError("late") })</script>`,
  "/late": `<title>Late</title><script>setTimeout(() => { document.body.innerHTML = "<p>It is here</p><button>New</button>" }, 400)</script>`,
  "/file": () =>
    new Response("a,b\n1,2\n", { headers: { "content-disposition": 'attachment; filename="../data\u001b.csv"' } }),
  "/links": `<title>Links</title><a href="/file">Get it</a> <a href="/thanks?name=Tab" target="_blank">Other</a>`,
  "/upload": `<title>Upload</title><input type="file" aria-label="Plain">
    <button onclick="choose.click()">Choose</button><input type="file" id="choose" hidden>
    <script>addEventListener("change", async (event) => { document.title = event.target.files[0].name + " " + (await event.target.files[0].text()) })</script>`,
  "/article": `<title>Article</title><nav><a href="/">Home</a></nav><article><h1>On Bees</h1>${"<p>Bees fly from flower to flower, all day long, and sing.</p>".repeat(20)}</article>`,
});
const seat = bench();
const { use } = seat;
afterAll(async () => {
  await seat[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

function page(html: string): Response {
  return new Response(html, { headers: { "content-type": "text/html" } });
}

const open = (path: string) => use({ action: "open", url: `${shop.url}${path}` });
const refOf = (text: string, name: string) => must(new RegExp(`${name}[^\\n]*\\[ref=(\\w+)\\]`).exec(text)?.[1]);
const title = async () => (await use({ action: "evaluate", text: "document.title" })).text.split("\n").at(-1);

test("a form is filled by ref, by words and by selector, and sent", async () => {
  const { text } = await open("/");
  expect(text.split("\n")[0]).toBe(`Page "Order" at ${shop.url}/`);
  expect(text).toContain('heading "Order" [level=1]');
  await use({ action: "type", target: refOf(text, 'textbox "Name"'), text: "Ada" });
  await use({ action: "select", target: "Size", text: "large" });
  await use({ action: "click", target: "#gift" });
  expect((await use({ action: "snapshot" })).text).toContain('checkbox "Gift" [checked]');
  const sent = await use({ action: "click", target: "Send" });
  expect(sent.text).toContain("Thanks, Ada");
  expect(sent.text).toContain("size=large");
  expect((await use({ action: "back" })).text).toContain('Page "Order"');
  expect((await use({ action: "forward" })).text).toContain("Thanks, Ada");
});

test("what stands in a shadow tree or a frame is seen and used as all else", async () => {
  const { text } = await open("/");
  expect((await use({ action: "click", target: "Shadow" })).text).toContain('button "2"');
  expect((await use({ action: "click", target: refOf(text, 'button "Inside"') })).text).toContain('button "1"');
  expect((await use({ action: "evaluate", text: "said" })).text).toEndWith("\n1");
});

test("keys are pressed, and typing can end with Enter", async () => {
  await open("/");
  await use({ action: "type", target: "Name", text: "abc" });
  await use({ action: "press", target: "Name", text: "ctrl+a" });
  await use({ action: "press", text: "Backspace" });
  expect((await use({ action: "evaluate", text: "document.querySelector('input').value" })).text).toEndWith('\n""');
  expect((await use({ action: "type", target: "Name", text: "Bo", submit: true })).text).toContain("Thanks, Bo");
});

test("dialogs are dismissed and told, unless the agent said how the next is answered", async () => {
  await open("/dialogs");
  expect((await use({ action: "click", target: "Ask" })).text).toContain('(confirm) was dismissed. It said: "Sure?"');
  expect(await title()).toBe("Dialogs");
  await use({ action: "dialog", accept: true });
  expect((await use({ action: "click", target: "Ask" })).text).toContain("(confirm) was accepted");
  expect(await title()).toBe("sure");
  await use({ action: "dialog", text: "Ada" });
  await use({ action: "click", target: "Name" });
  expect(await title()).toBe("Ada");
});

test("errors of a page are told unasked, once; the console has the rest", async () => {
  const { text } = await open("/faults");
  for (const told of [`GET ${shop.url}/none.js answered 404`, "bad thing", "uncaught TypeError: late"])
    expect(text).toContain(told);
  expect((await use({ action: "snapshot" })).text).not.toContain("bad thing");
  expect((await use({ action: "console" })).text).toContain("info: hello");
  expect((await use({ action: "console" })).text).toEndWith("Nothing.");
});

test("waiting ends when the words or the element come, and is bounded where they do not", async () => {
  await open("/late");
  expect((await use({ action: "wait", text: "It is here" })).text).toContain("It is here");
  await open("/late");
  expect((await use({ action: "wait", target: "New" })).isError ?? false).toBe(false);
  const late = await use({ action: "wait", text: "Never", timeoutMs: 200 });
  expect([late.isError, late.text.split("\n")[0]]).toEqual([true, expect.stringContaining("Timeout 200ms exceeded")]);
  expect((await use({ action: "click", target: "No such thing" })).text).toContain(
    'Nothing in the page is called "No such thing"',
  );
});

test("downloads are kept under safe names, and other tabs are told of and gone to", async () => {
  await open("/links");
  const got = (await use({ action: "click", target: "Get it" })).text;
  expect(got).toContain("A download of ");
  const path = must(/Downloaded to (\S+),/.exec(got)?.[1] ?? (await later(/Downloaded to (\S+),/)));
  expect(path).toEndWith(".csv");
  expect([path.includes(".."), readFileSync(path, "utf8")]).toEqual([false, "a,b\n1,2\n"]);
  const opened = `${(await use({ action: "click", target: "Other" })).text}${(await use({ action: "wait" })).text}`;
  expect(opened).toContain("A page opened tab 2.");
  expect((await use({ action: "tab", tab: 2 })).text).toContain(
    "2. " + shop.url + "/thanks?name=Tab (the one you are in)",
  );
  expect((await use({ action: "close", tab: 2 })).text).toContain("1. " + shop.url + "/links (the one you are in)");
});

async function later(pattern: RegExp): Promise<string | undefined> {
  for (let times = 0; times < 100; times++) {
    const found = pattern.exec((await use({ action: "tab" })).text)?.[1];
    if (found) return found;
    await Bun.sleep(50);
  }
  return undefined;
}

test("files of the project are uploaded, by a field or by what opens a choice; others are not", async () => {
  mkdirSync(join(seat.dir.path, "sub"), { recursive: true });
  writeFileSync(join(seat.dir.path, "sub/a.txt"), "words");
  await open("/upload");
  await use({ action: "upload", target: "Plain", files: ["sub/a.txt"] });
  expect(await title()).toBe("a.txt words");
  await open("/upload");
  await use({ action: "upload", target: "Choose", files: ["sub/a.txt"] });
  expect(await title()).toBe("a.txt words");
  const refused = await use({ action: "upload", target: "Plain", files: ["/etc/passwd"] });
  expect([refused.isError, refused.text]).toEqual([true, expect.stringContaining("lies outside")]);
});

test("a page is read as Markdown, and a part of it", async () => {
  await open("/article");
  const { text } = await use({ action: "read" });
  expect(text).toContain("Bees fly from flower to flower");
  expect(text).not.toContain("Home");
  expect((await use({ action: "read", target: "css=nav" })).text).toContain(`[Home](${shop.url}/)`);
});

test("JavaScript brings back JSON, from whatever it comes to", async () => {
  await open("/");
  const cases = {
    "1 + 1": "2",
    "'text'": "text",
    "await Promise.resolve([1, null])": "[\n 1,\n null\n]",
    "const loop = {}; loop.self = loop; loop": '{\n "self": "[seen above]"\n}',
    "() => document.querySelectorAll('option').length": "2",
    "document.querySelector('option')": "<option>small</option>",
    undefined: "undefined",
    "new Map([[1, 2n]])": '[\n [\n  1,\n  "2"\n ]\n]',
  };
  for (const [code, value] of Object.entries(cases)) {
    const { text } = await use({ action: "evaluate", text: code });
    expect([code, text.split("\n\n").at(-1)]).toEqual([code, value]);
  }
  const wrong = await use({ action: "evaluate", text: "nothing.at.all" });
  expect([wrong.isError, wrong.text]).toEqual([true, expect.stringContaining("nothing is not defined")]);
});

test("a page is looked at whole, in part, and as other screens show it", async () => {
  await open("/");
  const view = await use({ action: "screenshot" });
  const part = await use({ action: "screenshot", target: "Send" });
  expect([view.text, view.attachments?.[0]?.mime]).toEqual([expect.stringContaining("of 1280 × 800 px"), "image/png"]);
  expect(part.text).not.toContain("of 1280");
  const dark = await use({ action: "emulate", width: 500, scheme: "dark" });
  expect(dark.text).toContain("[The view is 500 × 800 px.]");
  expect(
    (await use({ action: "evaluate", text: "matchMedia('(prefers-color-scheme: dark)').matches" })).text,
  ).toEndWith("true");
  await use({ action: "evaluate", text: "document.cookie = 'kept=1'" });
  const phone = await use({ action: "emulate", device: "iPhone 15" });
  expect(phone.text).toContain(`Page "Order" at ${shop.url}/`);
  expect(
    (await use({ action: "evaluate", text: "[navigator.userAgent.includes('iPhone'), document.cookie]" })).text,
  ).toContain('true,\n "kept=1"');
  expect((await use({ action: "emulate", device: "Toaster" })).text).toContain(
    'There is no device "Toaster". There are, for example: iPhone 15',
  );
  await use({ action: "emulate", device: "desktop" });
});
