/** Codex's app-server, as version 0.169.0 was seen to behave, playing a script. */
import {
  checkEnvironment,
  type FakeRound,
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

type Params = Record<string, unknown>;

const script = fakeScript();
const argv = process.argv.slice(2);

async function run(): Promise<void> {
  checkEnvironment();
  if (script.start === "exit") process.exit(3);
  if (script.start === "hang" || script.start === "noTools") await suffer("hang");
  for await (const line of inputLines()) {
    const { id, method, params = {}, result, error } = JSON.parse(line);
    if (method === undefined) settle(id, error ?? result);
    else if (id === undefined) notified(method);
    else serve(id, method, params);
  }
  leave();
}

let state: "new" | "greeted" | "open" | "threaded" = "new";
let turn: string | undefined;
let turns = 0;
const steered: string[] = [];

function notified(method: string): void {
  require(method === "initialized" && state === "greeted", `${method} out of order`);
  state = "open";
}

function serve(id: unknown, method: string, params: Params): void {
  const answer = (result: object) => say({ id, result });
  const refuse = (message: string) => say({ id, error: { code: -32600, message } });
  if (state === "new" && method !== "initialize") return refuse("Not initialized");
  switch (method) {
    case "initialize":
      require(state === "new", "initialized twice");
      require(JSON.stringify(params.capabilities).includes('"experimentalApi":true'), "dynamic tools need opting in");
      state = "greeted";
      return answer({ userAgent: "fake" });
    case "account/read": {
      const isIn = script.loggedIn ?? true;
      return answer({ account: isIn ? { type: "chatgpt" } : null, requiresOpenaiAuth: true });
    }
    case "thread/start":
      checkThread(params);
      state = "threaded";
      return answer({ thread: { id: "thread-1" } });
    case "turn/start":
      require(state === "threaded" && params.threadId === "thread-1", "a turn without a thread");
      require(turn === undefined, "a second turn while one runs");
      turn = `turn-${++turns}`;
      hear(params, "heard");
      answer({ turn: { id: turn } });
      void playTurn(turn);
      return;
    case "turn/steer":
      if (params.expectedTurnId !== turn) return refuse("no such turn is active");
      steered.push(words(params));
      return answer({ turnId: turn });
    case "turn/interrupt":
      note("stopped", { by: "turn/interrupt" });
      return answer({});
    default:
      return refuse(`unknown method ${method}`);
  }
}

function checkThread(params: Params): void {
  require(params.sandbox === "read-only" && params.approvalPolicy === "never", "it may act by itself");
  require(params.ephemeral === true, "it would keep the conversation");
  const tools = Array.isArray(params.dynamicTools) ? params.dynamicTools : problem("no dynamicTools");
  for (const { type, name, inputSchema } of tools) {
    require(type === "function" && typeof name === "string" && inputSchema?.type === "object", "an unusable tool");
  }
  note("started", { model: params.model, system: params.baseInstructions });
}

function words({ input }: Params): string {
  const items = Array.isArray(input) && input.length > 0 ? input : problem("empty input");
  return items.map((item) => item.text ?? `<${item.type} ${String(item.url).slice(0, 15)}>`).join("\n");
}

function hear(params: Params, type: "heard" | "steered"): void {
  note(type, { words: words(params), effort: params.effort });
}

async function playTurn(id: string): Promise<void> {
  const at = { threadId: "thread-1", turnId: id };
  notify("turn/started", { threadId: "thread-1", turn: { id, status: "inProgress" } });
  for (;;) {
    const round = nextRound();
    if (round.garbage) process.stdout.write("not JSON at all\n");
    if (round.trouble === "refused" || round.trouble === "limit") return end(id, round.trouble);
    await play(round, at);
    for (const said of steered.splice(0)) note("steered", { words: said });
    tellUsage(at);
    if (!round.calls?.length) return end(id);
  }
}

function end(id: string, how?: "refused" | "limit"): void {
  turn = undefined;
  const error = {
    message: how === "limit" ? "You've hit your usage limit." : "401 Unauthorized",
    codexErrorInfo: how === "limit" ? "usageLimitExceeded" : "unauthorized",
  };
  const status = how ? { status: "failed", error } : { status: "completed", error: null };
  notify("turn/completed", { threadId: "thread-1", turn: { id, ...status } });
}

const notify = (method: string, params: object) => say({ method, params });

function tellUsage(at: object): void {
  const last = { inputTokens: 48, cachedInputTokens: 30, cacheWriteInputTokens: 7, outputTokens: 5 };
  notify("thread/tokenUsage/updated", { ...at, tokenUsage: { last, total: last } });
}

let items = 0;

async function play(round: FakeRound, at: object): Promise<void> {
  const { thinking, text } = round;
  if (thinking)
    notify("item/reasoning/summaryTextDelta", { ...at, itemId: `r${++items}`, summaryIndex: 0, delta: thinking });
  const itemId = `i${++items}`;
  for (const delta of text ? [text.slice(0, 2), text.slice(2)] : [])
    notify("item/agentMessage/delta", { ...at, itemId, delta });
  await suffer(round.trouble);
  await makeCalls({ ...round, together: true }, async (tool, args, index) => {
    const callId = `call_${items}_${index}`;
    const result = (await ask("item/tool/call", { ...at, callId, namespace: null, tool, arguments: args })) as Params;
    const content = Array.isArray(result.contentItems) ? result.contentItems : problem("a result without content");
    const said = content.map((item) => item.text ?? `<${item.type}>`).join("\n");
    note("result", { name: tool, text: said, isError: result.success !== true });
  });
}

const waiting = new Map<unknown, (result: unknown) => void>();
let asked = 0;

function ask(method: string, params: object): Promise<unknown> {
  const id = asked++;
  say({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

function settle(id: unknown, result: unknown): void {
  const resolve = waiting.get(id) ?? problem(`an answer to nothing: ${id}`);
  waiting.delete(id);
  resolve(result);
}

if (argv[0] === "--version") {
  process.stdout.write(`codex-cli ${script.version ?? "0.169.0"}\n`);
} else if (argv.join(" ") === "login status") {
  process.stdout.write(script.account === "key" ? "Logged in using an API key\n" : "Logged in using ChatGPT\n");
} else {
  require(argv.join(" ") === "app-server", `unknown words: ${argv.join(" ")}`);
  await run();
}
