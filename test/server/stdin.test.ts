import { expect, test } from "bun:test";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import { finish, freshHome, type StartOptions } from "./program.ts";

/** What the model was asked, given these arguments and this standard input. */
async function asked(args: readonly string[], options: StartOptions = {}): Promise<string[] | undefined> {
  await using fake = await startFakeProvider([{ parts: [{ text: "Done." }] }]);
  using home = freshHome(fake);
  expect(await home.run(["--ephemeral", ...args], options)).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  expect(fake.problems).toEqual([]);
  return fake.requests[0]?.view.messages[0]?.texts;
}

test("the task is the flag's, standard input's, or both, the flag's first", async () => {
  expect(await asked(["-p", "the flag"])).toEqual(["the flag"]);
  expect(await asked([], { stdin: "piped in\n\n" })).toEqual(["piped in"]);
  expect(await asked(["-p", "Sum up:"], { stdin: "  long text\n" })).toEqual(["Sum up:\n\n  long text"]);
  expect(await asked(["-p", "the flag"], { stdin: "" })).toEqual(["the flag"]);
});

test("a file, a big one too, is read to its end", async () => {
  using home = freshHome();
  const text = "é日本\n".repeat(100_000);
  await Bun.write(join(home.path, "in.txt"), text);
  expect(await asked([], { stdin: Bun.file(join(home.path, "in.txt")) })).toEqual([text.trimEnd()]);
});

test("prompts as lines of JSON become one message", async () => {
  const stdin = '{"prompt":"one"}\n{}\n{"prompt":"two"}\n';
  expect(await asked(["--input-format", "stream-json"], { stdin })).toEqual(["one\n\ntwo"]);
  expect(await asked(["--input-format", "stream-json", "-p", "zero"], { stdin })).toEqual(["zero\n\none\n\ntwo"]);
});

test("with -p, a standard input that stays open and silent is left alone, and said so", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Done." }] }]);
  using home = freshHome(fake);
  const program = home.start(["-p", "the flag"], { stdin: "open" });
  expect(await finish(program)).toEqual({
    code: 0,
    stdout: "Done.\n",
    stderr: "sagent: nothing came on standard input for 3 s; going on without it.\n",
  });
  expect(fake.requests[0]?.view.messages[0]?.texts).toEqual(["the flag"]);
});

test("a standard input that is closed or a directory is no crash", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Done." }] }]);
  using home = freshHome(fake);
  expect(await home.run(["-p", "Hi"], { before: "exec <&-" })).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  const { code, stdout, stderr } = await home.run(["-p", "Hi"], { before: "exec </tmp" });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toStartWith("sagent: Standard input could not be read: EISDIR");
});
