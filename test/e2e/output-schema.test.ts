/** `--output-schema`: standard output is a document that fits, or nothing. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshHome, resultOf, streamOf } from "../server/program.ts";
import { type FakeReply, startFakeProvider, type Wire, wires } from "../support/index.ts";

const schema = {
  type: "object",
  properties: { ok: { type: "boolean" } },
  required: ["ok"],
  additionalProperties: false,
};
const asked = ["-p", "Is it?", "--output-schema", JSON.stringify(schema)];
const says = (text: string): FakeReply => ({ parts: [{ text }] });
const models: Partial<Record<Wire, readonly string[]>> = { chat: ["--model", "some-model"] };

for (const wire of wires) {
  test(`the ${wire} wire, with tools: the document alone`, async () => {
    await using fake = await startFakeProvider([
      { parts: [{ call: "Bash", args: { command: "echo looked" } }] },
      says('{ "ok": true }'),
    ]);
    using home = freshHome(fake, wire);
    const { code, stdout, stderr } = await home.run([...asked, ...(models[wire] ?? [])]);
    expect([code, stdout, stderr]).toEqual([0, '{"ok":true}\n', ""]);
    expect(fake.problems).toEqual([]);
    expect(fake.requests.length).toBe(2);
    expect(fake.requests.every(({ body }) => JSON.stringify(body).includes("additionalProperties"))).toBe(true);
  });
}

test("as json and as events, from a file", async () => {
  await using fake = await startFakeProvider(() => says('{"ok":false}'));
  using home = freshHome(fake);
  const path = join(home.path, "schema.json");
  writeFileSync(path, JSON.stringify(schema));
  const args = ["-p", "Is it?", "--output-schema", path, "--output-format"];
  expect(resultOf(await home.run([...args, "json"]))).toMatchObject({ content: '{"ok":false}', output: { ok: false } });
  expect(streamOf(await home.run([...args, "stream-json"])).result.output).toEqual({ ok: false });
});

test("where it cannot be had there is nothing on standard output, a sentence on the other, and a code", async () => {
  await using fake = await startFakeProvider(() => says("It is."));
  using home = freshHome(fake);
  const { code, stdout, stderr } = await home.run(asked);
  expect([code, stdout, fake.requests.length]).toEqual([1, "", 3]);
  expect(stderr).toStartWith("sagent: The answer is not what was asked for, 3 times: it is not a JSON document.\n");
});

test("what is no schema is refused before anything is sent", async () => {
  await using fake = await startFakeProvider([]);
  using home = freshHome(fake);
  for (const given of ["{", "[]", "/no/such/file", '{"type":"objet"}']) {
    const { code, stderr } = await home.run(["-p", "x", "--output-schema", given]);
    expect([given, code, stderr.startsWith("sagent: ") && stderr.includes("--output-schema")]).toEqual([
      given,
      2,
      true,
    ]);
  }
  expect(fake.requests.length).toBe(0);
});
