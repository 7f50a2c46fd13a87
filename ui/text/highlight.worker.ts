/** Colours code, off the page's own thread: a grammar a language, loaded when first wanted; regular expressions, no wasm. */
import { createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { Coloured, Wanted } from "./highlight.ts";

type Grammar = Parameters<HighlighterCore["loadLanguage"]>[0];

const grammars: Readonly<Record<string, () => Promise<Grammar>>> = {
  typescript: () => import("@shikijs/langs/typescript"),
  tsx: () => import("@shikijs/langs/tsx"),
  javascript: () => import("@shikijs/langs/javascript"),
  jsx: () => import("@shikijs/langs/jsx"),
  json: () => import("@shikijs/langs/json"),
  python: () => import("@shikijs/langs/python"),
  rust: () => import("@shikijs/langs/rust"),
  go: () => import("@shikijs/langs/go"),
  java: () => import("@shikijs/langs/java"),
  kotlin: () => import("@shikijs/langs/kotlin"),
  swift: () => import("@shikijs/langs/swift"),
  c: () => import("@shikijs/langs/c"),
  cpp: () => import("@shikijs/langs/cpp"),
  csharp: () => import("@shikijs/langs/csharp"),
  ruby: () => import("@shikijs/langs/ruby"),
  php: () => import("@shikijs/langs/php"),
  bash: () => import("@shikijs/langs/bash"),
  sql: () => import("@shikijs/langs/sql"),
  html: () => import("@shikijs/langs/html"),
  css: () => import("@shikijs/langs/css"),
  scss: () => import("@shikijs/langs/scss"),
  markdown: () => import("@shikijs/langs/markdown"),
  yaml: () => import("@shikijs/langs/yaml"),
  toml: () => import("@shikijs/langs/toml"),
  xml: () => import("@shikijs/langs/xml"),
  dockerfile: () => import("@shikijs/langs/dockerfile"),
  diff: () => import("@shikijs/langs/diff"),
  lua: () => import("@shikijs/langs/lua"),
  make: () => import("@shikijs/langs/make"),
};

const themes = { light: "github-light-high-contrast", dark: "github-dark-default" } as const;
let ready: Promise<HighlighterCore> | undefined;

async function colour({ code, lang }: Wanted): Promise<Coloured> {
  const grammar = grammars[lang];
  if (!grammar) return undefined;
  ready ??= createHighlighterCore({
    themes: [import("@shikijs/themes/github-light-high-contrast"), import("@shikijs/themes/github-dark-default")],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const highlighter = await ready;
  if (!highlighter.getLoadedLanguages().includes(lang)) await highlighter.loadLanguage(await grammar());
  const lines = highlighter.codeToTokensWithThemes(code, { lang, themes });
  return lines.map((line) =>
    line.map(({ content, variants: { light, dark } }) => [content, light?.color ?? "", dark?.color ?? ""] as const),
  );
}

self.onmessage = ({ data }: MessageEvent<Wanted>) => {
  colour(data).then(
    (coloured) => self.postMessage(coloured),
    () => self.postMessage(undefined),
  );
};
