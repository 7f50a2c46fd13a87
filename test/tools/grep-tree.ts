/** A tree of files with everything that two searchers could disagree about. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const bom = "\ufeff";

const files: Readonly<Record<string, string | Uint8Array>> = {
  ".gitignore": "*.log\n/build/\n!keep.log\n",
  ".hidden/notes.md": "# foo\nhidden bar\n",
  ".git/config": "foo bar\n",
  ".env": "FOO=bar\n",
  "a.ts": "const foo = 1;\nexport function bar() {}\n\nfoo(bar, baz);\n",
  "a/b.ts": "foo\nbar\nfoo bar foo\n",
  "a/b/c.tsx": "<Foo bar={1} />\n\tfoo\t\n",
  "a-b.ts": "foo-bar\n",
  "a.b/x.py": "def foo():\n    return 'bar'\n\n\ndef baz(): pass",
  "build/out.ts": "foo ignored\n",
  "sub/build/out.ts": "foo not ignored\n",
  "debug.log": "foo ignored\n",
  "keep.log": "foo kept\n",
  "sub/.gitignore": "secret*\n",
  "sub/secret.txt": "foo\n",
  "sub/deep/er/Makefile": "all:\n\tfoo bar\n",
  "vendor/.ignore": "gen\n",
  "vendor/gen/x.ts": "foo\n",
  "vendor/y.ts": "foo\n",
  "crlf.txt": "foo\r\nbar \r\n\r\nfoo bar\r\nlast",
  "lone-cr.txt": "foo\rbar\nbaz\r\rfoo\n",
  "empty.txt": "",
  "blank.txt": "\n\n",
  "no-end.txt": "foo\n\nbar",
  "unicode.txt": "Füße foo\nναι bar\n日本語 foo\nI İ ı i\n١٢٣ 123\nſtraße K\n\u2028foo\u0085bar\u00a0baz\n😀 foo 😀\n",
  "bom.txt": `${bom}foo with bom\nbar\n`,
  "utf16le.txt": new Uint8Array(Buffer.from(`${bom}foo wide\nbar\n`, "utf16le")),
  "utf16be.txt": new Uint8Array(Buffer.from(`${bom}foo wide\nbar\n`, "utf16le").swap16()),
  "nul-early.bin": "foo\n\0bar\n",
  "nul-late.bin": `foo\n${"x".repeat(200)}\n`.repeat(600) + "\0\nfoo\n",
  "long.js": `${"x".repeat(3000)}foo${"y".repeat(3000)}\nbar\n`,
  "wide.js": `${"é😀".repeat(700)}foo${"ü".repeat(900)}\n`,
  "odd name [1].ts": "foo\nbar\n",
  "größe.ts": "foo\n",
  "many.txt": Array.from({ length: 400 }, (_, i) => `line ${i} ${i % 3 ? "foo" : "bar"}\n`).join(""),
  "config.json": '{ "foo": [1, 2], "bar": null }\n',
};

export function makeTree(root: string): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  symlinkSync("a.ts", join(root, "link.ts"));
  symlinkSync("a", join(root, "linked"));
  symlinkSync("nowhere", join(root, "dangling"));
}
