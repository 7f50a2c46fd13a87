/** A tree of code as projects have it: modules that import each other, some that many import, files of several languages. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const filesEach = 50;

/** Files of about 3.5 KB: 14 functions, 2 classes and what they use of 8 others. Of ten, seven are TypeScript. */
export function makeCodeTree(root: string, count: number): void {
  mkdirSync(join(root, ".git"), { recursive: true });
  for (let at = 0; at < count; at++) {
    const directory = join(root, `part${Math.floor(at / filesEach)}`);
    if (at % filesEach === 0) mkdirSync(directory);
    const kind = at % 10;
    const [extension, text] =
      kind < 7 ? ["ts", script(at, count)] : kind < 9 ? ["py", python(at, count)] : ["go", go(at, count)];
    writeFileSync(join(directory, `module${at}.${extension}`), text);
  }
}

/** Which modules one uses: a few that all use, and some of its neighbours. */
function others(at: number, count: number): number[] {
  const common = [0, 1, 2].map((each) => (at * 7 + each) % Math.min(count, 40));
  const near = [1, 2, 3, 5, 8].map((step) => (at + step * 13) % count);
  return [...common, ...near];
}

const functions = Array.from({ length: 14 }, (_, index) => index);

function script(at: number, count: number): string {
  const used = others(at, count);
  const imports = used.map((each) => `import { handlePart${each}Step1, Registry${each} } from "./module${each}.ts";`);
  const bodies = functions.map((step) => {
    const other = used[step % used.length];
    return `/** Handles step ${step} of part ${at}. */
export function handlePart${at}Step${step}(input: Registry${at}, options: { limit: number }): string {
  const result = handlePart${other}Step1(new Registry${other}(), options);
  if (input.entries.size > options.limit) return \`\${result}: too many\`;
  return result.split(",").map((each) => each.trim()).join(";");
}`;
  });
  return `${imports.join("\n")}\n\nexport class Registry${at} {\n  readonly entries = new Map<string, number>();\n  register(name: string, value: number): void {\n    this.entries.set(name, value);\n  }\n}\n\n${bodies.join("\n\n")}\n`;
}

function python(at: number, count: number): string {
  const used = others(at, count);
  const bodies = functions.map(
    (step) => `def handle_part_${at}_step_${step}(entries, limit):
    """Handles step ${step} of part ${at}."""
    result = handle_part_${used[step % used.length]}_step_1(entries, limit)
    for name, value in entries.items():
        if value > limit:
            result.append((name, value))
    return [name.strip() for name, _ in result]`,
  );
  return `class Registry${at}:\n    def register(self, name, value):\n        self.entries[name] = value\n\n\n${bodies.join("\n\n\n")}\n`;
}

function go(at: number, count: number): string {
  const used = others(at, count);
  const bodies = functions.map(
    (step) => `// HandlePart${at}Step${step} handles a step.
func HandlePart${at}Step${step}(entries map[string]int, limit int) ([]string, error) {
	result, err := HandlePart${used[step % used.length]}Step1(entries, limit)
	if err != nil {
		return nil, err
	}
	for name := range entries {
		result = append(result, name)
	}
	return result, nil
}`,
  );
  return `package part\n\ntype Registry${at} struct {\n\tEntries map[string]int\n}\n\n${bodies.join("\n\n")}\n`;
}
