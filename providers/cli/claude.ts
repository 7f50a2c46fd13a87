/**
 * Claude Code in print mode: one JSON object a line in and out, the raw events of the Messages API among them
 * (https://code.claude.com/docs/en/headless, https://code.claude.com/docs/en/cli-reference).
 */
import { framedSystem } from "./about.ts";
import { mountBridge } from "./bridge.ts";
import { readClaude } from "./claude-events.ts";
import { Desk } from "./desk.ts";
import { cliEnvironment } from "./environment.ts";
import { programFailed } from "./failures.ts";
import type { Link, LinkEvent, LinkOptions, LinkWish } from "./link.ts";
import { openNotes } from "./notes.ts";
import { startLines } from "./process.ts";
import { Queue } from "./queue.ts";
import type { Words } from "./words.ts";

/** How long it may take to ask for the tools. */
const toolsMs = 8000;

export async function startClaude(options: LinkOptions, wish: LinkWish): Promise<Link> {
  const { vendor, info } = options;
  await using stack = new AsyncDisposableStack();
  const desk = stack.use(new Desk());
  const mount = stack.use(
    await mountBridge({ tools: wish.tools, onCall: ({ key, signal }) => desk.result(key ?? "", signal) }),
  );
  const server = { type: "http", url: mount.url, headers: { Authorization: `Bearer ${mount.token}` } };
  const notes = stack.use(
    openNotes({
      "system.md": framedSystem(wish.system),
      "mcp.json": JSON.stringify({ mcpServers: wish.tools.length === 0 ? {} : { sagent: server } }),
    }),
  );
  const events = new Queue<LinkEvent>();
  const reader = readClaude(vendor, (event) => events.push(event));
  const child = stack.use(
    startLines(
      {
        argv: [...options.command, ...flags(info.wireId, wish, notes.path)],
        cwd: options.cwd,
        env: cliEnvironment(options.env, variables(wish)),
      },
      {
        onLine: reader.line,
        onExit: (why) => events.push({ type: "failed", error: programFailed(vendor, why, child.complaints()) }),
      },
    ),
  );
  const owned = stack.move();
  return {
    pid: child.pid,
    events,
    ready: wish.tools.length === 0 ? Promise.resolve() : within(mount.listed, toolsMs, options),
    say(words) {
      reader.said();
      child.write(JSON.stringify(userLine(words)));
    },
    answer(key, answer) {
      desk.answer(key, answer);
      return true;
    },
    interrupt() {
      child.write(JSON.stringify({ type: "control_request", request_id: "stop", request: { subtype: "interrupt" } }));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Resolves with the promise; rejects where it takes longer. */
async function within(promise: Promise<void>, limitMs: number, { vendor }: LinkOptions): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(programFailed(vendor, `it did not ask for its tools within ${limitMs / 1000} s`));
  }, limitMs);
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** None of its own tools, settings, skills or sessions: what it does goes through our tools and is kept by us. */
function flags(model: string, { settings, tools }: LinkWish, notes: string): string[] {
  return [
    "--print",
    ...["--input-format", "stream-json", "--output-format", "stream-json", "--include-partial-messages", "--verbose"],
    ...["--replay-user-messages", "--no-session-persistence", "--disable-slash-commands"],
    ...["--model", model, "--system-prompt-file", `${notes}/system.md`],
    ...["--setting-sources", "", "--strict-mcp-config", "--mcp-config", `${notes}/mcp.json`],
    ...["--tools", "", "--permission-mode", "dontAsk"],
    ...(tools.length === 0 ? [] : ["--allowedTools", "mcp__sagent"]),
    ...(settings.effort === "none" ? [] : ["--effort", settings.effort]),
  ];
}

/** Results are bounded, and the conversation is made shorter, on our side. */
function variables({ settings, maxOutputTokens }: LinkWish): Record<string, string> {
  return {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTO_COMPACT: "1",
    // Every tool is shown from the beginning.
    ENABLE_TOOL_SEARCH: "false",
    MAX_MCP_OUTPUT_TOKENS: "1000000",
    MCP_TOOL_TIMEOUT: String(24 * 3_600_000),
    ...(settings.thinkingBudget === "none" && { CLAUDE_CODE_DISABLE_THINKING: "1", MAX_THINKING_TOKENS: "0" }),
    ...(maxOutputTokens !== undefined && { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxOutputTokens) }),
  };
}

function userLine(words: Words) {
  const content = words.map((block) =>
    block.type === "text"
      ? block
      : { type: "image", source: { type: "base64", media_type: block.mime, data: block.data } },
  );
  return { type: "user", message: { role: "user", content }, parent_tool_use_id: null };
}
