/** A headless run whose input stays open: it asks in its events and is answered in lines. */
import { expect, test } from "bun:test";
import { startFakeProvider } from "../support/fake-provider.ts";
import { finish, freshHome, type Home, linesOf, type Program, streamOf } from "./program.ts";

const script = [
  { parts: [{ call: "Ask", args: { question: "Which?", choices: ["red", "blue"] } }] },
  { parts: [{ text: "Thanks." }] },
];
const formats = ["--ephemeral", "--input-format", "stream-json", "--output-format", "stream-json"];

function begin(
  home: Home,
  first: object,
  args: readonly string[] = [],
): { program: Program; say: (line: object | string) => void; end: () => void } {
  const program = home.start([...formats, ...args], { stdin: "open" });
  const { stdin } = program;
  if (!stdin || typeof stdin === "number" || !("write" in stdin)) throw new Error("Its input is no pipe.");
  const say = (line: object | string) => {
    stdin.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    stdin.flush();
  };
  say(first);
  return { program, say, end: () => void stdin.end() };
}

/** Reads on until a question is asked; what follows is read by `rest`. */
async function untilAsked(program: Program): Promise<{ rest: () => Promise<string> }> {
  const lines = linesOf(program.stdout);
  const read: string[] = [];
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`It asks nothing: ${read.join("\n")}`);
    read.push(value);
    if (value.includes('"type":"asked"')) break;
  }
  return { rest: async () => [...read, ...(await Array.fromAsync(lines))].join("\n") };
}

test("the run begins with the line that says so, asks, and takes the answer; wrong lines are noted", async () => {
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const { program, say } = begin(home, { prompt: "Paint", start: true });
  const { rest } = await untilAsked(program);
  say("not json");
  say({ prompt: "more" });
  say({ answer: { askId: "a1", agent: "nobody", type: "text", text: "x" } });
  say({ answer: { askId: "a1", type: "choice", labels: ["green"] } });
  say({ answer: { askId: "a1", type: "choice", labels: ["blue"] } });
  const [stdout, stderr] = await Promise.all([rest(), new Response(program.stderr).text()]);
  const { events, result } = streamOf({ stdout });
  expect([await program.exited, result.content, result.error]).toEqual([0, "Thanks.", undefined]);
  const told = events.flatMap((event) => (event.type === "answered" ? [event.answer] : []));
  expect(told).toEqual([{ type: "choice", labels: ["blue"] }]);
  const errors = events.flatMap((event) => (event.type === "error" ? [event.error.message] : []));
  expect(errors).toEqual(['The answer to a1 is not taken: "green" is not among the choices: red, blue.']);
  const [first, second, third, ...others] = stderr.trimEnd().split("\nsagent: ");
  expect(first).toBe("sagent: Line 2 of the input is not JSON: not json");
  expect(second).toStartWith("Line 3 of the input is no answer: ");
  expect([third, others]).toEqual(['Line 4 of the input answers "nobody", and there is no such agent.', []]);
  expect(fake.problems).toEqual([]);
});

test("an input that ends while a question is open ends the call that asks", async () => {
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const { program, end } = begin(home, { prompt: "Paint", start: true });
  const { rest } = await untilAsked(program);
  end();
  const { events, result } = streamOf({ stdout: await rest() });
  expect([await program.exited, result.content]).toEqual([0, "Thanks."]);
  expect(events.flatMap((event) => (event.type === "answered" ? [event.answer] : []))).toEqual([null]);
});

test("SIGTERM while a question is open ends the run", async () => {
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const { program } = begin(home, { prompt: "Paint", start: true });
  const { rest } = await untilAsked(program);
  program.kill("SIGTERM");
  const { result } = streamOf({ stdout: await rest() });
  expect([await program.exited, result.reason]).toEqual([143, "halted"]);
});

test("where nobody can answer, the model is not told of Ask", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Done." }] }, { parts: [{ text: "Done." }] }]);
  using home = freshHome(fake);
  const [whole, open] = ['{"prompt":"Hi"}', '{"prompt":"Hi","start":true}'];
  expect((await home.run(formats, { stdin: whole })).code).toBe(0);
  const text = home.start(["--ephemeral", "--input-format", "stream-json"], {
    stdin: new Uint8Array(Buffer.from(open)),
  });
  expect(await finish(text)).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  expect(fake.requests.map(({ view }) => view.tools.includes("Ask"))).toEqual([false, false]);
});

test("a run that cannot begin ends, though its input stays open", async () => {
  using home = freshHome();
  const keyless = begin(home, { prompt: "Hi", start: true }, ["--provider", "anthropic"]);
  expect((await finish(keyless.program)).code).toBe(1);
  const early = begin(home, { answer: { askId: "a1", type: "text", text: "x" } });
  const { code, stderr } = await finish(early.program);
  expect(code).toBe(2);
  expect(stderr).toStartWith("sagent: Line 1 of the input answers before anything was asked.");
});

test("a line has what the project wrote read again while the run goes on", async () => {
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const { program, say } = begin(home, { prompt: "Paint", start: true }, ["--trust"]);
  const { rest } = await untilAsked(program);
  await Bun.write(`${home.project}/.sagent/commands/later.md`, "Later.");
  await Bun.write(`${home.project}/AGENTS.md`, "Paint with care.");
  say({ reload: true });
  const errors = linesOf(program.stderr);
  const told = await errors.next();
  expect(told.value).toBe("sagent: Read again: 1 file of instructions, 0 skills, 1 command, 0 hooks, 0 plug-ins.");
  say({ answer: { askId: "a1", type: "choice", labels: ["blue"] } });
  await rest();
  expect(await program.exited).toBe(0);
  const [before, after] = fake.requests.map(({ body }) => JSON.stringify(body).includes("Paint with care."));
  expect([before, after]).toEqual([false, true]);
});
