/** One thread of an app-server: how it is opened, spoken to and stopped. */
import { messageOf } from "../../agent/error.ts";
import { plainSystem, version } from "./about.ts";
import { readNotice } from "./codex-notices.ts";
import { notLoggedIn, serviceFailed } from "./failures.ts";
import { type Json, obj, str } from "./json.ts";
import type { LinkEvent, LinkOptions, LinkWish } from "./link.ts";
import type { Peer } from "./rpc.ts";
import { dataUrl, type Words } from "./words.ts";

function ownFeatures(): string[] {
  const acting = "shell_tool unified_exec view_image image_generation browser_use computer_use sleep_tool";
  const adding = "multi_agent multi_agent_v2 apps plugins goals hooks memories tool_suggest deferred_tool_world_state";
  return `${acting} ${adding}`.split(" ");
}

/** Everything of its own that could act, or add to what the model is told. */
const quiet: Json = {
  web_search: "disabled",
  project_doc_max_bytes: 0,
  include_permissions_instructions: false,
  include_environment_context: false,
  include_apps_instructions: false,
  include_collaboration_mode_instructions: false,
  model_auto_compact_token_limit: 100_000_000,
  skills: { include_instructions: false, bundled: { enabled: false } },
  mcp_servers: {},
  agents: { enabled: false },
  tools: { experimental_request_user_input: { enabled: false }, update_plan: { enabled: false } },
  features: Object.fromEntries(ownFeatures().map((name) => [name, false])),
};

/** One thread of an app-server. */
export function createCodexChat(options: LinkOptions, wish: LinkWish, tell: (event: LinkEvent) => void) {
  const { vendor } = options;
  let peer: Peer | undefined;
  let thread = "";
  /** Of the turn that runs; empty between turns. */
  let turn = "";
  let isStarting = false;
  /** Said before the program told which turn it is in. */
  const unsaid: Words[] = [];
  const fail = (error: unknown) => {
    const message = messageOf(error);
    tell({ type: "failed", error: serviceFailed(vendor, { message }) });
  };
  const begin = async (words: Words) => {
    isStarting = true;
    const { effort, thinkingOutput } = wish.settings;
    const started = await peer?.request("turn/start", {
      threadId: thread,
      input: words.map(inputItem),
      ...(effort !== "none" && { effort }),
      summary: thinkingOutput === "none" ? "none" : "auto",
    });
    isStarting = false;
    turn ||= str(obj(started?.turn).id);
    for (const words of unsaid.splice(0)) say(words);
  };
  const steer = async (words: Words) => {
    const input = words.map(inputItem);
    const steered = peer?.request("turn/steer", { threadId: thread, expectedTurnId: turn, input });
    // The turn may have ended on the way.
    await steered?.catch(() => begin(words));
  };
  const say = (words: Words): void => {
    if (isStarting) unsaid.push(words);
    else void (turn === "" ? begin(words) : steer(words)).catch(fail);
  };
  return {
    say,
    async open(opened: Peer): Promise<void> {
      peer = opened;
      thread = await openThread(opened, options, wish);
    },
    interrupt() {
      if (turn !== "") peer?.request("turn/interrupt", { threadId: thread, turnId: turn }).catch(() => {});
    },
    notice(method: string, params: Json): void {
      if (params.threadId !== undefined && params.threadId !== thread) return;
      if (method === "turn/started") turn = str(obj(params.turn).id);
      if (method === "turn/completed") turn = "";
      const event = readNotice(vendor, method, params);
      if (event) tell(event);
    },
  };
}

function inputItem(block: Words[number]): Json {
  if (block.type === "text") return { type: "text", text: block.text, text_elements: [] };
  return { type: "image", url: dataUrl(block) };
}

async function openThread(peer: Peer, { vendor, info, cwd }: LinkOptions, wish: LinkWish): Promise<string> {
  await peer.request("initialize", {
    clientInfo: { name: "sagent", title: "sagent", version },
    capabilities: { experimentalApi: true, requestAttestation: false },
  });
  peer.notify("initialized");
  const { account, requiresOpenaiAuth } = await peer.request("account/read", {});
  if (!account && requiresOpenaiAuth === true) throw notLoggedIn(vendor, "it has no account");
  const { thread } = await peer.request("thread/start", {
    model: info.wireId,
    cwd,
    approvalPolicy: "never",
    sandbox: "read-only",
    ephemeral: true,
    environments: [],
    baseInstructions: wish.system || plainSystem,
    config: quiet,
    dynamicTools: wish.tools.map(({ name, description, schema }) => {
      return { type: "function", name, description, inputSchema: { ...schema, type: "object" } };
    }),
  });
  return str(obj(thread).id);
}
