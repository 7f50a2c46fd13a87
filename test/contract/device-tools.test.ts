import { afterAll } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BrowserHost } from "../../tools/browser/host.ts";
import { browserTool } from "../../tools/browser.ts";
import { notifyTool } from "../../tools/notify.ts";
import { playAudioTool } from "../../tools/play-audio.ts";
import { chromium, site } from "../tools/browser/rig.ts";
import { toolContract } from "./tool.ts";

const pages = site({
  "/": `<title>Many</title><body><script>for (let at = 0; at < 1500; at++) document.write("<p><button>Button number " + at + " of many</button></p>")</script>`,
  "/never": () => new Promise<Response>(() => {}),
});
let host = new BrowserHost({ env: { SAGENT_BROWSER: chromium } });
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});

/** Always the browser that there is now: one that a test has ended is followed by another. */
const current = {
  get isRunning() {
    return host.isRunning;
  },
  seat: (...args: Parameters<BrowserHost["seat"]>) => host.seat(...args),
  leave: (agent: string) => host.leave(agent),
};

toolContract(browserTool({ host: current }), {
  prepare: () => {},
  works: [{ action: "open", url: "about:blank" }, { action: "snapshot" }, { action: "screenshot" }],
  fails: [
    { action: "open", url: "ftp://a.b/" },
    { action: "open", url: "no\n\u001b[31murl" },
    { action: "open" },
    { action: "click", target: "nothing of that name" },
    { action: "evaluate", text: "throw new Error('no')" },
    { action: "tab", tab: 99 },
    { action: "upload", target: "a", files: ["/etc/passwd"] },
  ],
  refused: [
    {},
    { action: "fly" },
    { action: "open", url: "" },
    { action: "tab", tab: 0 },
    { action: "wait", timeoutMs: 1 },
  ],
  stuck: { action: "open", url: `${pages.url}/never`, timeoutMs: 300 },
  large: { prepare: () => {}, args: { action: "evaluate", text: "'some words '.repeat(100_000)" } },
  release: async () => {
    await host[Symbol.asyncDispose]();
    host = new BrowserHost({ env: { SAGENT_BROWSER: chromium } });
  },
});

toolContract(notifyTool, {
  prepare: () => {},
  works: [{ text: "The build is done." }, { text: "<b>", title: "A\u001b[31m" }],
  fails: [{ text: "\u0007" }],
  refused: [{}, { text: "" }, { text: " " }, { text: "a".repeat(501) }, { title: "a" }],
});

toolContract(playAudioTool, {
  prepare: (directory) => {
    writeFileSync(join(directory, "a.wav"), "RIFF\0\0\0\0WAVEfmt ");
    writeFileSync(join(directory, "a.txt"), "text");
    mkdirSync(join(directory, "some"));
  },
  works: [{ path: "a.wav" }],
  fails: [{ path: "a.txt" }, { path: "some" }, { path: "no/such\n\u001b[31mfile" }, { path: "\0" }],
  refused: [{}, { path: "" }, { path: 7 }],
});
