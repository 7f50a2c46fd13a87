/** What every tool keeps to, whatever it does. */
import { expect, test } from "bun:test";
import { type Tool, type ToolContext, toolSpec } from "../../agent/tool.ts";
import { runFresh, type ToolCases } from "./tool-cases.ts";
import { guardTests } from "./tool-guards.ts";

/** Most bytes of a tool's description and schema, so that all of them fit the first request. */
const maxSpecBytes = 2000;

/** Registers the tests of the contract for one tool. */
export function toolContract<Args>(tool: Tool<Args>, cases: ToolCases<Args>): void {
  describeTests(tool, cases);
  runTests(tool, cases);
  guardTests(tool, cases);
}

function describeTests<Args>(tool: Tool<Args>, cases: ToolCases<Args>): void {
  test(`${tool.name}: a model is told of it in a small strict object schema`, () => {
    const spec = toolSpec(tool);
    expect(spec).toMatchObject({ name: tool.name, schema: { type: "object", additionalProperties: false } });
    expect(spec.name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(spec.description.length).toBeGreaterThan(20);
    expect(spec.description.length).toBeLessThanOrEqual(900);
    expect(Buffer.byteLength(JSON.stringify(spec))).toBeLessThanOrEqual(maxSpecBytes);
    expect(spec.schema).toMatchSnapshot();
  });

  test(`${tool.name}: the schema takes good arguments and refuses bad ones`, () => {
    for (const args of [...cases.works, ...cases.fails]) expect(tool.schema.parse(args)).toEqual(args);
    const [good] = cases.works;
    for (const args of [...cases.refused, { ...good, unheard_of: 1 }, null, "text"]) {
      expect([args, tool.schema.safeParse(args).success]).toEqual([args, false]);
    }
  });

  test(`${tool.name}: its label is one short line`, () => {
    for (const args of [...cases.works, ...cases.fails]) {
      const label = tool.label(args);
      expect(label).toMatch(/^[^\p{Cc}]+$/u);
      expect(label.length).toBeLessThanOrEqual(200);
    }
  });
}

function runTests<Args>(tool: Tool<Args>, cases: ToolCases<Args>): void {
  const run = (args: Args, overrides?: Partial<ToolContext>, prepare?: typeof cases.prepare) =>
    runFresh(tool, cases, args, overrides, prepare);

  test(`${tool.name}: success has a text and no error flag`, async () => {
    for (const args of cases.works) {
      const result = await run(args);
      expect([args, result.isError ?? false]).toEqual([args, false]);
      expect(result.text).not.toBe("");
    }
  });

  test(`${tool.name}: failure is a result with a sentence, never a throw`, async () => {
    for (const args of cases.fails) {
      const result = await run(args);
      expect([args, result.isError]).toEqual([args, true]);
      expect(result.text).toMatch(/\S{2,} \S{2,}/);
      expect(result.text).not.toMatch(/\n\s+at .*:\d+/);
    }
  });

  test(`${tool.name}: a call that was aborted returns an error`, async () => {
    for (const args of cases.works) expect((await run(args, { signal: AbortSignal.abort() })).isError).toBe(true);
  });

  const { large } = cases;
  test(`${tool.name}: it bounds its results, or leaves that to whoever runs it`, () => {
    expect([tool.maxResultChars, large !== undefined]).not.toEqual([0, false]);
  });

  if (large === undefined) return;
  test(`${tool.name}: a large result is bounded, by any tokenizer`, async () => {
    for (const charsPerToken of [1, 4]) {
      const measure = (text: string) => Math.ceil(text.length / charsPerToken);
      const { text } = await run(large.args, { countTokens: measure }, large.prepare);
      expect(measure(text)).toBeLessThanOrEqual(25_000);
      expect(measure(text)).toBeGreaterThan(5_000);
    }
  });
}
