/** Claude Code in print mode, as version 2.1.197 was seen to behave, playing a script. */
import { readFileSync, statSync } from "node:fs";
import {
  checkEnvironment,
  connectTools,
  type FakeRound,
  type FakeTools,
  fakeScript,
  inputLines,
  leave,
  makeCalls,
  nextRound,
  note,
  problem,
  require,
  say,
  suffer,
} from "./fake-cli.ts";

const script = fakeScript();
const argv = process.argv.slice(2);

/** The value behind a flag that must be there. */
function flag(name: string): string {
  const at = argv.indexOf(name);
  return argv[at < 0 ? argv.length : at + 1] ?? problem(`${name} is missing`);
}

function checkFlags(): void {
  const wanted = ["--print", "--include-partial-messages", "--verbose", "--replay-user-messages"];
  for (const name of [...wanted, "--no-session-persistence", "--strict-mcp-config"]) {
    require(argv.includes(name), `${name} is missing`);
  }
  require(flag("--input-format") === "stream-json" && flag("--output-format") === "stream-json", "not stream-json");
  require(flag("--tools") === "" && flag("--setting-sources") === "", "its own tools or settings are on");
  require(flag("--permission-mode") === "dontAsk", "it would ask for permissions");
  require(!argv.join(" ").includes("Bearer"), "a secret is in argv");
}

async function run(): Promise<void> {
  checkFlags();
  checkEnvironment();
  const config = flag("--mcp-config");
  require((statSync(config).mode & 0o77) === 0, "others may read the secrets");
  const { mcpServers } = JSON.parse(readFileSync(config, "utf8"));
  const system = readFileSync(flag("--system-prompt-file"), "utf8");
  note("started", { model: flag("--model"), system, effort: argv[argv.indexOf("--effort") + 1] });
  if (script.start === "exit") {
    process.stderr.write("Error: no luck today\n");
    process.exit(3);
  }
  if (script.start === "hang" || script.start === "noTools") await suffer("hang");
  const server = mcpServers.sagent;
  const tools = server ? await connectTools(server.url, server.headers) : undefined;
  const queue: object[] = [];
  let wake = () => {};
  void (async () => {
    for await (const line of inputLines()) {
      const said = JSON.parse(line);
      if (said.type === "control_request") note("stopped", { by: said.request.subtype });
      if (said.type === "user") queue.push(said);
      wake();
    }
    leave();
  })();
  for (;;) {
    while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    await turn(queue, tools);
  }
}

async function turn(queue: object[], tools: FakeTools | undefined): Promise<void> {
  hear(queue.shift() ?? {}, "heard");
  say({ type: "system", subtype: "init", tools: tools?.names.map((name) => `mcp__sagent__${name}`) ?? [] });
  for (;;) {
    const round = nextRound();
    if (round.garbage) process.stdout.write("not JSON at all\n");
    if (round.trouble === "refused" || round.trouble === "limit") return fail(round.trouble);
    await play(round, tools);
    if (!round.calls?.length) break;
    for (const said of queue.splice(0)) hear(said, "steered");
  }
  say({ type: "result", subtype: "success", is_error: false, result: "", total_cost_usd: 1 });
}

function hear(said: object, how: "heard" | "steered"): void {
  const { message } = said as { message?: { content?: { type: string; text?: string }[] } };
  const blocks = message?.content ?? problem("a line without a message");
  note(how, { words: blocks.map((block) => block.text ?? `<${block.type}>`).join("\n") });
  say({ ...said, isReplay: true });
}

function fail(how: "refused" | "limit"): void {
  const [error, text] =
    how === "refused"
      ? ["authentication_failed", "Not logged in · Please run /login"]
      : ["rate_limit", "rate_limit_error: You have hit your session limit"];
  say({ type: "assistant", error, message: { content: [{ type: "text", text }] }, parent_tool_use_id: null });
  say({ type: "result", subtype: "success", is_error: true, result: text });
}

let messages = 0;

async function play(round: FakeRound, tools: FakeTools | undefined): Promise<void> {
  const id = `msg_${process.pid}_${++messages}`;
  const { thinking, text, calls = [] } = round;
  const event = (what: object) => say({ type: "stream_event", event: what, parent_tool_use_id: null });
  const block = (index: number, start: object, deltas: readonly object[]) => {
    event({ type: "content_block_start", index, content_block: start });
    for (const delta of deltas) event({ type: "content_block_delta", index, delta });
    event({ type: "content_block_stop", index });
  };
  const cache = {
    cache_read_input_tokens: 30,
    cache_creation_input_tokens: 7,
    cache_creation: { ephemeral_1h_input_tokens: 2 },
  };
  event({ type: "message_start", message: { id, usage: { input_tokens: 11, output_tokens: 1, ...cache } } });
  let index = 0;
  if (thinking) block(index++, { type: "thinking" }, [{ type: "thinking_delta", thinking }]);
  if (text)
    block(
      index++,
      { type: "text" },
      halves(text).map((half) => ({ type: "text_delta", text: half })),
    );
  await suffer(round.trouble);
  for (const [at, { name, args }] of calls.entries()) {
    const start = { type: "tool_use", id: `toolu_${id}_${at}`, name: `mcp__sagent__${name}` };
    block(
      index++,
      start,
      halves(JSON.stringify(args)).map((half) => ({ type: "input_json_delta", partial_json: half })),
    );
  }
  event({
    type: "message_delta",
    delta: { stop_reason: calls.length ? "tool_use" : "end_turn" },
    usage: { output_tokens: 5 },
  });
  event({ type: "message_stop" });
  await makeCalls(round, async (name, args, at) => {
    await tools?.call(name, args, { "claudecode/toolUseId": `toolu_${id}_${at}` });
  });
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter(Boolean);
}

if (argv[0] === "--version") {
  process.stdout.write(`${script.version ?? "2.1.197"} (Claude Code)\n`);
} else if (argv.join(" ") === "auth status") {
  const { loggedIn = true, account = "subscription" } = script;
  const authMethod = account === "key" ? "api_key" : "claude.ai";
  say({ loggedIn, authMethod: loggedIn ? authMethod : "none", apiProvider: "firstParty" });
  process.exitCode = loggedIn ? 0 : 1;
} else {
  await run();
}
