import { expect, test } from "bun:test";
import { codeRig } from "./rig.ts";

/** The files of a map, in its order. */
function filesOf(map: string): string[] {
  return [...map.matchAll(/^(\S+):$/gm)].map(([, path = ""]) => path);
}

const user = (index: number, body: string) =>
  [`src/user${index}.ts`, `import "./x.ts";\nexport function userNumber${index}() { ${body} }\n`] as const;

const files = Object.fromEntries([
  ["src/core.ts", "export function coreFunction() {}\nexport function unusedFunction() {}\n"],
  ["src/rare.ts", "export function rareFunction() {}\nfunction coreFunction() {}\n"],
  ["src/local.ts", "export const value = 1;\n"],
  ["test/helper.ts", "export function helpTheTests() {}\n"],
  ...[1, 2, 3, 4, 5].map((index) => user(index, "coreFunction(); const value = 2; return value;")),
  user(6, "rareFunction();"),
  ...[1, 2, 3, 4, 5, 6].map(
    (index) => [`test/t${index}.test.ts`, "import './x.ts';\nhelpTheTests();\nhelpTheTests();\n"] as const,
  ),
]);

test("what many use stands first, with its line; what tests use, what is local and what is private does not lift a file", async () => {
  using rig = codeRig(files);
  const map = await rig.map({ budget: 100 });
  expect(map).toStartWith(`${rig.root}: `);
  expect(map).toContain("of 16 files, ");
  expect(map).toContain("src/core.ts:\n1│export function coreFunction()");
  const order = filesOf(await rig.map());
  expect(order[0]).toBe("src/core.ts");
  expect(order.indexOf("test/helper.ts")).toBeGreaterThan(order.indexOf("src/core.ts"));
  expect(order.indexOf("src/local.ts")).toBeGreaterThan(order.indexOf("src/rare.ts"));
});

test("a query and a focus lead the map", async () => {
  using rig = codeRig(files);
  expect(filesOf(await rig.map({ query: "what is rare here" }))[0]).toBe("src/rare.ts");
  expect(filesOf(await rig.map({ query: "userNumber4" }))[0]).toBe("src/user4.ts");
  expect(filesOf(await rig.map({ focus: ["src/user6.ts"] }))[0]).toBe("src/user6.ts");
  expect(filesOf(await rig.map({ focus: ["src/user6.ts"] })).indexOf("src/rare.ts")).toBeLessThan(3);
});

test("a map fits its budget by the model's own measure, and fills it", async () => {
  using rig = codeRig(files);
  for (let at = 0; at < 200; at++)
    rig.write(
      `many/m${at}.ts`,
      `import "./x.ts";\nexport function someFunction${at}() { someFunction${(at * 7 + 1) % 200}(); }\n`,
    );
  for (const budget of [100, 500, 2_000]) {
    const [, ...body] = (await rig.map({ budget })).split("\n\n");
    const tokens = Math.ceil(body.join("\n\n").length / 4);
    expect(tokens).toBeLessThanOrEqual(budget);
    expect(tokens).toBeGreaterThan(budget * 0.8);
  }
});

test("a map of a directory is of that directory, and tells of an empty one", async () => {
  using rig = codeRig({ ...files, "empty/readme.md": "nothing" });
  expect(filesOf(await rig.map({ path: "test" }))).toContain("test/helper.ts");
  expect(filesOf(await rig.map({ path: "test" })).filter((path) => !path.startsWith("test/"))).toEqual([]);
  expect(await rig.map({ path: "empty" })).toBe(`There is no code to map in ${rig.root}/empty.`);
});
