import { expect, test } from "bun:test";
import type { Coloured, Wanted } from "../../ui/text/highlight.ts";
import { languageOf, languages } from "../../ui/text/languages.ts";

test("a fence's word, else the file's name or ending, tells the language", () => {
  expect(languageOf("ts")).toBe("typescript");
  expect(languageOf("Python3")).toBe("python");
  expect(languageOf(undefined, "src/a.test.tsx")).toBe("tsx");
  expect(languageOf("", "deploy/Dockerfile")).toBe("dockerfile");
  expect(languageOf(undefined, "Makefile")).toBe("make");
  expect(languageOf("nothing", "a.rs")).toBe("rust");
  for (const word of ["", "toString", "__proto__", "constructor", "nothing"]) expect(languageOf(word)).toBeUndefined();
  expect(languageOf(undefined, "LICENSE")).toBeUndefined();
});

const worker = () => new Worker(new URL("../../ui/text/highlight.worker.ts", import.meta.url).href);

function ask(worker: Worker, wanted: Wanted): Promise<Coloured> {
  const { promise, resolve } = Promise.withResolvers<Coloured>();
  worker.onmessage = ({ data }: MessageEvent<Coloured>) => resolve(data);
  worker.postMessage(wanted);
  return promise;
}

const code = '# a "text" 12 // note\n\n<b class="x">if return</b> /* x */ $y = {1: "2"};\n+ added\n- removed';

test("each language has colours in the worker, all of them readable on the code's background in both themes", async () => {
  const running = worker();
  const theme = await Bun.file(new URL("../../ui/style/theme.css", import.meta.url)).text();
  const [dark = "", light = ""] = [...theme.matchAll(/--code-bg: (#\w+)/g)].map(([, colour]) => colour ?? "");
  const weak = new Set<string>();
  for (const lang of languages) {
    const lines = (await ask(running, { code, lang })) ?? [];
    expect([lang, lines.map((line) => line.map(([text]) => text).join("")).join("\n")]).toEqual([lang, code]);
    for (const [, onLight, onDark] of lines.flat()) {
      if (!(contrast(onLight, light) >= 4.5)) weak.add(`${lang}: ${onLight} on ${light}`);
      if (!(contrast(onDark, dark) >= 4.5)) weak.add(`${lang}: ${onDark} on ${dark}`);
    }
  }
  expect([...weak]).toEqual([]);
  expect(await ask(running, { code, lang: "nothing" })).toBeUndefined();
  running.terminate();
});

/** As WCAG has it. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
