import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { desktopCommand, notifyTool } from "../../tools/notify.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

/** A directory with a program of this name that notes its arguments, a line each, before it does `then`. */
function desktop(name: string, then = "") {
  const dir = tempDir();
  const program = join(dir.path, name);
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${dir.path}/heard'\n${then}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${dir.path}:/bin:/usr/bin`, DISPLAY: ":7" };
  const heard = () => (existsSync(`${dir.path}/heard`) ? readFileSync(`${dir.path}/heard`, "utf8").split("\n") : []);
  return { path: dir.path, env, heard, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

const data = (title: string, text: string, desktop: boolean) =>
  ({ type: "custom", name: "notify", data: { title, text, desktop } }) as const;

test("a desktop shows it as plain text, whatever it holds", async () => {
  using at = desktop("notify-send");
  const text = "-x <b>$(reboot)</b>\n\u001b]0;owned\u0007 \u202eevil & `ls`";
  const output = await placeAt(at.path, {}, at.env).run(notifyTool, { title: "--help", text });
  expect(at.heard()).toEqual([
    "--app-name=sagent",
    "--",
    "--help",
    "-x &lt;b&gt;$(reboot)&lt;/b&gt; ]0;owned evil &amp; `ls`",
    "",
  ]);
  expect(output.details).toEqual(data("--help", "-x <b>$(reboot)</b> ]0;owned evil & `ls`", true));
});

test("without a desktop it is told all the same, and says so", async () => {
  using at = desktop("notify-send");
  const output = await placeAt(at.path, {}, { PATH: at.env.PATH }).run(notifyTool, { text: "The build is done." });
  expect([at.heard(), output.isError]).toEqual([[], undefined]);
  expect(output.text).toStartWith("Told. There is no desktop to show it on;");
  expect(output.details).toEqual(data("Agent", "The build is done.", false));
});

test("a desktop that refuses, or does not answer, is none", async () => {
  using refusing = desktop("notify-send", "exit 1");
  using stuck = desktop("notify-send", "sleep 60");
  for (const at of [refusing, stuck]) {
    const output = await placeAt(at.path, {}, at.env).run(notifyTool, { text: "Hello." });
    expect(output.details).toEqual(data("Agent", "Hello.", false));
  }
}, 20_000);

test("macOS is told by arguments, never by a script made of them", () => {
  using at = desktop("osascript");
  const command = desktopCommand("T", 'a" & (do shell script "ls")', at.env, "darwin");
  expect(command?.slice(-3)).toEqual(["--", "T", 'a" & (do shell script "ls")']);
  expect(command?.filter((part) => part.includes("display notification"))).toEqual([
    "display notification (item 2 of argv) with title (item 1 of argv)",
  ]);
  expect(desktopCommand("T", "a", { PATH: "" }, "darwin")).toBeUndefined();
});

test("a text of nothing that can be shown is refused", async () => {
  using at = tempDir();
  const { isError } = await placeAt(at.path).run(notifyTool, { text: "\u202e\u0007" });
  expect(isError).toBe(true);
});
