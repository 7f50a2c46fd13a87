/** What is said in the tests of how text is drawn: Markdown of all kinds, output of a terminal, changes. */
import type { FakePart, FakeRequest, FakeStep } from "../support/fake-types.ts";

const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });

const source = Array.from({ length: 24 }, (_, index) => `export const rate${index} = ${index} * 1.5; // per hour`);

export const files = {
  "src/rates.ts": `${source.join("\n")}\n`,
  "out.txt": [
    "\u001b[1mTest run\u001b[0m",
    "\u001b[32m✓\u001b[0m rates are whole \u001b[2m(12 ms)\u001b[0m",
    "\u001b[31m✗\u001b[0m rates are \u001b[4mpositive\u001b[0m",
    "\u001b[41;97m FAIL \u001b[0m \u001b[38;5;208msrc/rates.ts:7\u001b[0m \u001b[48;2;40;70;120m\u001b[38;2;255;255;255mblue\u001b[0m",
    "downloading 10%\rdownloading 60%\rdownloading 100%",
    `\u001b[33mwarning\u001b[0m: ${"a line that is longer than the window is wide ".repeat(4)}`,
    ...Array.from(
      { length: 8 },
      (_, index) => `\u001b[3${index}mcolour ${index}\u001b[0m \u001b[9${index}mbright\u001b[0m`,
    ),
    "",
  ].join("\n"),
};

const tour = `# The rates, looked at

The rates live in \`src/rates.ts\`, and the seventh (src/rates.ts:7) is the one that **matters**. See
[the guide](https://guide.example/rates) or [guide.example](https://elsewhere.example).

## What I found

1. Each rate is *per hour*, though two callers think otherwise:
   - \`invoice()\` multiplies by days
   - \`report()\` rounds too early
2. ~~Nothing~~ little is tested.

> A rate is a price for a time. Keep both.

- [x] Read the file
- [ ] Change the rate

| Rate | Value | Used by | Note |
|:-----|------:|:-------:|------|
| \`rate0\` | 0 | nobody | free, and so never billed to anybody at all |
| \`rate7\` | 10.5 | \`invoice()\` | **wrong** |
| \`rate23\` | 34.5 | \`report()\` | |

### The change

\`\`\`ts
import { rate7 } from "./rates.ts";

/** What so many hours cost, in euros. */
export function cost(hours: number, rate = rate7): number {
  if (!Number.isFinite(hours)) throw new RangeError(\`Not hours: \${hours}\`);
  return Math.round(hours * rate * 100) / 100; // a very long remark, so that the line does not fit into the column at all
}
\`\`\`

\`\`\`sh
bun test --watch src && echo "done"
\`\`\`

---

That is all of it.`;

const rows = Array.from({ length: 60 }, (_, index) => `| row ${index} | ${"cell ".repeat(3)} | ${index * 7} |`);
const lines = Array.from({ length: 120 }, (_, index) => `const line${index} = "${"x".repeat(20)}";`);
const grown = `Now it grows.\n\n| a | b | c |\n|---|---|--:|\n${rows.join("\n")}\n\n\`\`\`ts\n${lines.join("\n")}\n\`\`\`\n\nIt has grown.`;

export function textScript({ view }: FakeRequest): FakeStep {
  const told = view.messages.findLast(({ role, texts }) => role === "user" && texts.length > 0)?.texts.at(-1) ?? "";
  if (told.includes("grow")) {
    return { parts: [{ text: grown }], chunkChars: 160, fault: { type: "drip", atChunk: 0, ms: 8 } };
  }
  if (told.includes("colours")) return { parts: [call("Bash", { command: "cat out.txt; sleep 30" })] };
  if (view.messages.some(({ role }) => role === "assistant")) return { parts: [{ text: tour }] };
  return {
    parts: [
      { thinking: "The rates first.\n\n- read\n- run" },
      { text: "I read them, run the tests and change one." },
      call("Read", { file_path: "src/rates.ts" }),
      call("Bash", { command: 'cat out.txt; for i in 1 2; do echo "$i"; done' }),
      call("Edit", {
        file_path: "src/rates.ts",
        old_string: "rate7 = 7 * 1.5; // per hour",
        new_string: "rate7 = 7 * 2; // per day",
      }),
      call("Write", { file_path: "src/new.ts", content: "export const made = 1;\n" }),
    ],
  };
}
