import { expect, test } from "bun:test";
import { until } from "../../support/until.ts";
import { isAlive, toyProject } from "./toy-project.ts";

const hover = { op: "hover", file_path: "a.toy", line: 1, name: "one" } as const;
const references = { ...hover, op: "references" } as const;

test("a crash is told with what the server said last; the next call starts it anew", async () => {
  await using toy = toyProject({ server: { fault: "crash" } });
  expect(await toy.lsp(hover)).toEqual({ text: 'toy ended with exit code 7 ("toy: out of blocks").', isError: true });
  expect((await toy.lsp(references)).text).toStartWith("4 places");
  expect(toy.heard().filter((line) => line === "heard initialize")).toHaveLength(2);
});

test("a server that crashes again and again is not started any more, until that is asked for", async () => {
  await using toy = toyProject({ server: { fault: "crash" } });
  for (let times = 0; times < 3; times++) await toy.lsp(hover);
  const text =
    'toy ended with exit code 7 ("toy: out of blocks"). That happened 3 times, so it is not started again in this session, unless op is restart.';
  expect(await toy.lsp(references)).toEqual({ text, isError: true });
  expect(await toy.lsp({ op: "restart", file_path: "a.toy" })).toEqual({ text: `toy runs anew for ${toy.dir}.` });
  expect((await toy.lsp(references)).text).toStartWith("4 places");
});

test("a server that cannot start says why", async () => {
  await using toy = toyProject({ server: { fault: "crash", at: "initialize" } });
  expect(await toy.lsp(hover)).toEqual({ text: 'toy ended with exit code 7 ("toy: out of blocks").', isError: true });
  expect((await toy.lsp({ op: "status" })).text).toBe("No language server runs.");
});

test("a server that falls silent is ended, and the next call starts another", async () => {
  await using toy = toyProject({ server: { fault: "hang" }, times: { requestMs: 500 } });
  await toy.lsp(references);
  const pid = toy.pool.servers[0]?.pid ?? 0;
  const { text, isError } = await toy.lsp(hover);
  expect(isError).toBe(true);
  expect(text).toMatch(
    /^toy did not answer textDocument\/hover in \d+ s\. It said nothing at all meanwhile and was ended;/,
  );
  await until(() => !isAlive(pid));
  expect((await toy.lsp(references)).text).toStartWith("4 places");
});

test("a server that does not get ready in time is ended", async () => {
  await using toy = toyProject({ server: { fault: "hang", at: "initialize" }, times: { startMs: 500 } });
  const { text, isError } = await toy.lsp(hover);
  expect([text, isError]).toEqual([expect.stringMatching(/^toy did not answer initialize in \d+ s\.$/), true]);
  await until(() => toy.pool.servers.length === 0);
});

const broken = [
  ["garbage", /^toy printed what is no message of the protocol: "Loading the index\.\.\./],
  ["cut", /^toy ended with exit code 0\.$/],
  ["huge", /^toy sent a message of 900000000 bytes\.$/],
  ["wrong", /^toy answered textDocument\/hover with something else than was due\.$/],
  ["refuses", /^toy: cannot do that$/],
] as const;
for (const [fault, sentence] of broken) {
  test(`what is wrong with an answer is a sentence: ${fault}`, async () => {
    await using toy = toyProject({ server: { fault } });
    const { text, isError } = await toy.lsp(hover);
    expect([text, isError]).toEqual([expect.stringMatching(sentence), true]);
    expect((await toy.lsp(references)).text).toStartWith("4 places");
  });
}

test("an answer that was put off is asked for again", async () => {
  await using toy = toyProject({ server: { fault: "busy" } });
  expect(await toy.lsp(hover)).toEqual({ text: "the toy one" });
  expect(toy.heard().filter((line) => line === "heard textDocument/hover")).toHaveLength(3);
});

test("an answer of any size is bounded", async () => {
  await using toy = toyProject({ server: { fault: "large" } });
  const { text } = await toy.lsp(hover);
  expect(text.length).toBeLessThan(100_000);
  expect(text).toMatch(/more are not shown\.\]$/);
});

test("a server's own requests are answered, and nothing is done for them that was not asked for", async () => {
  await using toy = toyProject({ server: { fault: "asks" } });
  await toy.lsp(hover);
  const answers = toy.heard().filter((line) => line.startsWith("answered"));
  expect(answers).toEqual([
    "answered s1 [null,null]",
    "answered s2 null",
    'answered s3 {"applied":false,"failureReason":"Only a rename that was asked for is applied."}',
    "answered s4 -32601",
  ]);
});

test("a call that is stopped returns at once, and the server is told", async () => {
  await using toy = toyProject({ server: { fault: "hang" } });
  await toy.lsp(references);
  const call = toy.lsp(hover);
  await until(() => toy.heard().includes("heard textDocument/hover"));
  toy.place.stop.abort();
  expect(await call).toEqual({ text: "The call was stopped.", isError: true });
  await until(() => toy.heard().includes("heard $/cancelRequest"));
});

test("a call that is stopped does not stop the server that it started", async () => {
  await using toy = toyProject({ server: { startMs: 500 } });
  const call = toy.lsp(hover);
  await until(() => toy.heard().includes("heard initialize"));
  toy.place.stop.abort();
  expect(await call).toEqual({ text: "The call was stopped.", isError: true });
  await until(() => toy.pool.servers[0]?.isReady === true);
});

test("nothing outlives the session: not a server that ignores every signal to go, nor what it started", async () => {
  let pids: readonly number[] = [];
  {
    await using toy = toyProject({ server: { fault: "immortal", at: "none" } });
    await toy.lsp(references);
    await until(() => toy.heard().some((line) => line.startsWith("child ")));
    const child = Number(
      toy
        .heard()
        .find((line) => line.startsWith("child "))
        ?.slice(6),
    );
    pids = [toy.pool.servers[0]?.pid ?? 0, child];
    expect(pids.map(isAlive)).toEqual([true, true]);
  }
  await until(() => !pids.some(isAlive));
});

test("a server is told to shut down before it is told to exit", async () => {
  const toy = toyProject();
  await toy.lsp(hover);
  await toy.pool[Symbol.asyncDispose]();
  expect(toy.heard().slice(-2)).toEqual(["heard shutdown", "heard exit"]);
  expect(await toy.lsp(hover)).toEqual({
    text: "The session is being closed; no language server is started.",
    isError: true,
  });
  await toy[Symbol.asyncDispose]();
});

test("a server that nobody asks is ended, and started again when it is asked", async () => {
  await using toy = toyProject({ times: { idleMs: 1000 } });
  await toy.lsp(hover);
  await until(() => toy.pool.servers.length === 0);
  await until(() => toy.heard().includes("heard exit"));
  expect(await toy.lsp(hover)).toEqual({ text: "the toy one" });
});
