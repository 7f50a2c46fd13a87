/** An ACP agent on the official library, like Gemini CLI 0.61.0 where it is called as that; playing a script. */

import { existsSync, readFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { type AgentContext, agent, ndJsonStream, PROTOCOL_VERSION, RequestError } from "@agentclientprotocol/sdk";
import {
  checkEnvironment,
  connectTools,
  type FakeRound,
  type FakeTools,
  fakeScript,
  leave,
  makeCalls,
  nextRound,
  note,
  require,
  suffer,
} from "./fake-cli.ts";

const script = fakeScript();
const argv = process.argv.slice(2);

async function run(): Promise<void> {
  checkEnvironment();
  if (script.start === "exit") process.exit(3);
  if (script.start === "hang" || script.start === "noTools") await suffer("hang");
  if (argv.includes("--acp")) {
    require(argv.includes("--model") && argv.includes("--allowed-mcp-server-names"), "a flag is missing");
    require(existsSync(".gemini/settings.json"), "its own tools are on");
    require(process.env.GEMINI_CLI_TRUST_WORKSPACE === "true", "its settings are not trusted");
  }
  serve();
}

let tools: FakeTools | undefined;
let isBusy = false;

function serve(): void {
  const system = process.env.GEMINI_SYSTEM_MD ? readFileSync(process.env.GEMINI_SYSTEM_MD, "utf8") : "";
  const capabilities = { promptCapabilities: { image: true }, mcpCapabilities: { http: true } };
  const app = agent({ name: "fake" })
    .onRequest("initialize", ({ params }) => {
      require(params.protocolVersion === PROTOCOL_VERSION, "another version of the protocol");
      require(params.clientCapabilities?.terminal !== true, "a terminal is offered");
      return { protocolVersion: PROTOCOL_VERSION, agentCapabilities: capabilities, authMethods: [] };
    })
    .onRequest("session/new", async ({ params }) => {
      if (script.loggedIn === false) throw new RequestError(-32000, "Authentication required.");
      note("started", { system, model: argv[argv.indexOf("--model") + 1] });
      const [server] = params.mcpServers;
      if (server && "url" in server) {
        const headers = Object.fromEntries(server.headers.map(({ name, value }) => [name, value]));
        tools = await connectTools(server.url, headers);
      }
      return { sessionId: "session-1" };
    })
    .onRequest("session/prompt", async ({ params, client }) => {
      require(!isBusy, "a second prompt while one runs");
      isBusy = true;
      note("heard", {
        words: params.prompt.map((block) => ("text" in block ? block.text : `<${block.type}>`)).join("\n"),
      });
      const rounds = await turn(client);
      isBusy = false;
      const quota = { token_count: { input_tokens: 48 * rounds, output_tokens: 5 * rounds } };
      return { stopReason: "end_turn" as const, _meta: { quota } };
    })
    .onNotification("session/cancel", () => note("stopped", { by: "session/cancel" }));
  const output = Writable.toWeb(process.stdout) as WritableStream<Uint8Array>;
  const input = Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>;
  app.connect(ndJsonStream(output, input));
  process.stdin.on("end", leave);
}

async function turn(client: AgentContext): Promise<number> {
  for (let rounds = 1; ; rounds += 1) {
    const round = nextRound();
    if (round.garbage) process.stdout.write("not JSON at all\n");
    if (round.trouble === "refused") throw new RequestError(-32000, "Authentication required.");
    if (round.trouble === "limit") throw new RequestError(429, "rate_limit_error: quota exceeded");
    await play(round, client);
    if (!round.calls?.length) return rounds;
  }
}

async function play(round: FakeRound, client: AgentContext): Promise<void> {
  const { thinking, text = "" } = round;
  const update = (sessionUpdate: "agent_message_chunk" | "agent_thought_chunk", said: string) =>
    client.notify("session/update", {
      sessionId: "session-1",
      update: { sessionUpdate, content: { type: "text", text: said } },
    });
  if (thinking) await update("agent_thought_chunk", thinking);
  for (const half of [text.slice(0, 2), text.slice(2)]) if (half) await update("agent_message_chunk", half);
  await suffer(round.trouble);
  await makeCalls(round, async (name, args, index) => {
    const toolCallId = `mcp_sagent_${name}__${index}`;
    await permission(client, toolCallId);
    await tools?.call(name, args);
  });
}

/** Asks for its own shell too, which must not be granted. */
async function permission(client: AgentContext, toolCallId: string): Promise<void> {
  const options = [
    { optionId: "yes", name: "Allow", kind: "allow_once" as const },
    { optionId: "no", name: "Reject", kind: "reject_once" as const },
  ];
  const ask = (id: string) =>
    client.request("session/request_permission", {
      sessionId: "session-1",
      options,
      toolCall: { toolCallId: id, title: id },
    });
  const [ours, own] = await Promise.all([ask(toolCallId), ask("run_shell_command-1")]);
  require(JSON.stringify(ours).includes('"yes"'), "our own tool was refused");
  require(JSON.stringify(own).includes('"no"'), "its shell was let loose");
}

if (argv[0] === "--version") process.stdout.write(`${script.version ?? "0.61.0"}\n`);
else await run();
