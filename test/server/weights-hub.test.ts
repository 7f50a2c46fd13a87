/** `sagent model search` and `info` against a hub over HTTP. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { FakeModel } from "../providers/local/fake-hub-api.ts";
import { fakeWeights, type WeightsRig, weightsRig } from "./weights-rig.ts";

let rig: WeightsRig;
beforeEach(async () => {
  rig = await weightsRig();
  rig.hub.models.push(coder, small, onnx);
});
afterEach(() => rig[Symbol.dispose]());

const file = (rfilename: string, size: number) => ({ rfilename, size });

const coder: FakeModel = {
  id: "acme/Coder-7B-GGUF",
  downloads: 1_234_567,
  likes: 42,
  lastModified: "2026-03-04T05:06:07.000Z",
  gated: "manual",
  tags: ["gguf", "license:apache-2.0", "region:us"],
  siblings: [file("README.md", 1_000), file("Coder-7B-Q4_K_M.gguf", 900e12), file("mmproj-F16.gguf", 800e6)],
};
const small: FakeModel = {
  id: "tiny/Coder-1M-GGUF",
  downloads: 17,
  likes: 0,
  lastModified: "2025-12-31T23:59:59.000Z",
  gated: false,
  tags: ["gguf"],
  siblings: [
    file("big/Coder-1M-F16.gguf", 900e12),
    { ...file("Coder-1M-Q8_0.gguf", 2_000_000), sha256: "ab".repeat(32) },
    file("Coder-1M-IQ3_XXS.gguf", 400_000),
  ],
};
const onnx: FakeModel = {
  id: "tiny/coder-onnx",
  downloads: 5,
  likes: 1,
  lastModified: "2025-01-01T00:00:00.000Z",
  gated: false,
  tags: ["onnx", "license:mit"],
  siblings: [
    file("config.json", 400),
    file("onnx/model.onnx", 9_000),
    file("onnx/model.onnx_data", 4_000_000),
    file("onnx/model_q4.onnx", 1_000_000),
  ],
};

const run = (...args: string[]) => rig.home.run(["model", ...args]);

test("a search shows the most downloaded first, in a table", async () => {
  expect(await run("search", "coder")).toEqual({
    code: 0,
    stderr: "",
    stdout: `NAME                   DOWNLOADS  LIKES  UPDATED     LICENCE     GATED
hf:acme/Coder-7B-GGUF         1M     42  2026-03-04  apache-2.0  yes
hf:tiny/Coder-1M-GGUF         17      0  2025-12-31
sagent model info NAME shows the files of one, and which fits here.
`,
  });
  expect((await run("search", "no", "such")).stdout).toBe("The hub has no GGUF model for: no such\n");
});

test("a search for ONNX, for a program, with a limit and a token", async () => {
  const { stdout } = await rig.home.run(["model", "search", "coder", "--onnx", "--json"], {
    env: { HF_TOKEN: "hf_secret" },
  });
  expect(JSON.parse(stdout)).toEqual([
    {
      name: "onnx:hf:tiny/coder-onnx",
      repo: "tiny/coder-onnx",
      downloads: 5,
      likes: 1,
      updatedAt: "2025-01-01T00:00:00.000Z",
      license: "mit",
      gated: false,
    },
  ]);
  expect(rig.hub.requests.map(({ authorization }) => authorization)).toEqual(["Bearer hf_secret"]);
  const limited = await run("search", "coder", "--limit", "1", "--output-format", "stream-json");
  expect(limited.stdout.trimEnd().split("\n")).toHaveLength(1);
});

test("a repository shows its files, what fits and what is here, and how to fetch the best", async () => {
  rig.put("tiny--Coder-1M-GGUF--Coder-1M-IQ3_XXS.gguf", fakeWeights(400_000));
  expect((await run("info", "hf:tiny/Coder-1M-GGUF")).stdout).toBe(
    `hf:tiny/Coder-1M-GGUF: 17 downloads, 0 likes, updated 2025-12-31
FILE                   QUANT           SIZE        MEMORY  FITS  STATE
big/Coder-1M-F16.gguf  F16      900000.0 GB  1080002.5 GB  no
Coder-1M-Q8_0.gguf     Q8_0            2 MB        2.5 GB  yes
Coder-1M-IQ3_XXS.gguf  IQ3_XXS       400 kB        2.5 GB  yes   here
Best for this machine: sagent model pull hf:tiny/Coder-1M-GGUF/Coder-1M-Q8_0.gguf
`,
  );
  const gated = await run("info", "hf:acme/Coder-7B-GGUF");
  expect(gated.stdout).toContain("licence apache-2.0, gated: it needs HF_TOKEN\n");
  expect(gated.stdout).toEndWith("None of these fits the free memory.\n");
});

test("a repository of ONNX counts the data beside a file", async () => {
  const { stdout } = await run("info", "onnx:hf:tiny/coder-onnx", "--json");
  const [repo] = JSON.parse(stdout);
  expect(repo.pull).toBe("sagent model pull 'onnx:hf:tiny/coder-onnx?dtype=q4'");
  expect(repo.files).toMatchObject([
    { file: "onnx/model.onnx", quant: "fp32", sizeBytes: 4_009_000, fits: true, here: false },
    { file: "onnx/model_q4.onnx", quant: "q4", sizeBytes: 1_000_000 },
  ]);
});

test("what is not there, what answers with a page and what does not answer are told apart", async () => {
  const failure = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, ""]);
    return stderr.replaceAll(rig.hub.url, "HUB").replaceAll(new URL(rig.hub.url).host, "HOST");
  };
  expect(await failure("info", "hf:tiny/none")).toBe(
    "sagent: The hub has no repository tiny/none, or not for everybody.\n" +
      "  Look for it: sagent model search none. Where it is gated, set HF_TOKEN to a token that may read it.\n",
  );
  rig.hub.page("/api/models/tiny/walled?blobs=true");
  expect(await failure("info", "hf:tiny/walled")).toStartWith(
    "sagent: The hub at HUB could not be asked: HOST answers with a web page in place of data, as a proxy or a login does\n",
  );
  rig.hub.serve("/api/models/tiny/odd?blobs=true", Buffer.from("[1]"));
  expect(await failure("info", "hf:tiny/odd")).toContain("answers with something else than the hub does");
  rig.hub[Symbol.dispose]();
  expect(await failure("search", "coder")).toContain("Check the network, or set HF_ENDPOINT to a mirror.");
});

test("words that mean nothing are refused with what they could mean", async () => {
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await run(...args);
    return [code, ...stderr.trimEnd().split("\n  ")];
  };
  expect(await refusal("info", "qwen3-4")).toEqual([
    1,
    'sagent: There is no model "qwen3-4".',
    "Did you mean qwen3-4b or qwen3-8b?",
  ]);
  expect(await refusal("pull", "acme/Coder")).toEqual([
    1,
    'sagent: There is no model "acme/Coder".',
    "A repository of the hub is written hf:acme/Coder.",
  ]);
  expect((await refusal("pull", "hf:a/b?nope=1"))[1]).toContain('"nope" is no option');
  expect(await refusal("list", "x")).toContain("sagent: model list takes no name.");
  expect((await refusal("search"))[0]).toBe(2);
  expect((await refusal("drop", "x"))[1]).toBe("sagent: model drop is not a command.");
});
