import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../../../../providers/local/server/program.ts";
import { launchSettings } from "../../../../providers/local/server/settings.ts";
import { shellWords } from "../../../../providers/local/server/words.ts";
import { tempDir } from "../../../support/temp-dir.ts";

test.each<[string, readonly string[]]>([
  ["", []],
  ["  -ngl  12 ", ["-ngl", "12"]],
  [`--a 'b c' "d 'e'"`, ["--a", "b c", "d 'e'"]],
  [`a\\ b "c\\"d\\$e\\n" 'x'"y"z`, ["a b", 'c"d$e\\n', "xyz"]],
  [`'' ""`, ["", ""]],
  ["--json '{\"a\": [1, 2]}'", ["--json", '{"a": [1, 2]}']],
])("%j splits as in a shell", (line, words) => expect(shellWords(line)).toEqual([...words]));

test.each(["'open", '"open', "a \\"])("%j is refused", (line) => {
  expect(() => shellWords(line)).toThrow("left open");
});

test("each variable is an argument, and layers and thinking are the server's own matter", () => {
  const env = {
    LLAMA_CPP_SERVER: " /opt/llama-server ",
    LLAMA_CPP_MODEL: "m.gguf",
    LLAMA_CPP_CONTEXT: "8192",
    LLAMA_CPP_KV: "f16",
    LLAMA_CPP_SPEC_TYPE: "draft-mtp",
    LLAMA_CPP_MTP_DRAFT: "5",
    LLAMA_CPP_EXTRA_ARGS: "-c 4096 --reasoning off",
  };
  expect(launchSettings(env)).toEqual({
    program: "/opt/llama-server",
    model: "m.gguf",
    args: [
      ...["--parallel", "1", "-c", "8192", "--cache-type-k", "f16", "--cache-type-v", "f16"],
      ...["--spec-type", "draft-mtp", "--spec-draft-n-max", "5", "-c", "4096", "--reasoning", "off"],
    ],
  });
  const plain = ["--parallel", "1", "-c", "16384", "--cache-type-k", "q4_0", "--cache-type-v", "q4_0"];
  expect(launchSettings({})).toEqual({ program: undefined, model: undefined, args: plain });
  expect(launchSettings({ LLAMA_CPP_SPEC_TYPE: "draft-mtp" }).args.slice(-2)).toEqual(["--spec-draft-n-max", "3"]);
});

test.each<[Record<string, string>, string]>([
  [{ LLAMA_CPP_CONTEXT: "many" }, 'LLAMA_CPP_CONTEXT must be a whole number, not "many".'],
  [{ LLAMA_CPP_EXTRA_ARGS: "--port 1" }, "LLAMA_CPP_EXTRA_ARGS may not have --port"],
  [{ LLAMA_CPP_EXTRA_ARGS: "--host=0.0.0.0" }, "LLAMA_CPP_EXTRA_ARGS may not have --host"],
  [{ LLAMA_CPP_EXTRA_ARGS: "--api-key x" }, "LLAMA_CPP_EXTRA_ARGS may not have --api-key"],
])("%j is refused", (env, words) => expect(() => launchSettings(env)).toThrow(words));

test("the program is the one that is named, else the one on the path, else Docker's", async () => {
  using temp = tempDir();
  const put = (path: string) => {
    mkdirSync(join(temp.path, path, ".."), { recursive: true });
    writeFileSync(join(temp.path, path), "#!/bin/sh\n");
    chmodSync(join(temp.path, path), 0o755);
    return join(temp.path, path);
  };
  const env = { HOME: temp.path, PATH: join(temp.path, "bin") };
  const docker = put(".docker/bin/inference/com.docker.llama-server");
  expect(await findProgram(undefined, env)).toBe(docker);
  const onPath = put("bin/llama-server");
  expect(await findProgram(undefined, env)).toBe(onPath);
  const named = put("own/my-server");
  expect(await findProgram(named, env)).toBe(named);
});
