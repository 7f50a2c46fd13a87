/**
 * Our client as the conformance suite runs it: `bun mcp-conformance-client.ts URL`, with the scenario's name in
 * `MCP_CONFORMANCE_SCENARIO`. It does what a session would: opens the server, calls its tools; a person is played who
 * agrees to everything and logs in at once.
 */
import { z } from "zod";
import type { Answer, Ask } from "../../agent/ask.ts";
import { systemClock } from "../../agent/clock.ts";
import type { ToolContext } from "../../agent/tool.ts";
import { readServer } from "../../tools/mcp/config.ts";
import type { Login, LoginStore, Visit } from "../../tools/mcp/oauth.ts";
import { McpServer } from "../../tools/mcp/server.ts";

const contextSchema = z.looseObject({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  private_key_pem: z.string().optional(),
  signing_algorithm: z.string().optional(),
  idp_issuer: z.string().optional(),
  idp_client_id: z.string().optional(),
  idp_id_token: z.string().optional(),
});

const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? "";
const given = contextSchema.parse(JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}"));

function memoryStore(): LoginStore {
  const logins = new Map<string, Login>();
  return {
    read: async (url) => logins.get(url),
    change: async (url, change) => void logins.set(url, { ...logins.get(url), ...change }),
  };
}

/** A browser in which the person is logged in already, so that the server sends it straight back. */
function visitor(): Visit {
  let code: Promise<string> = Promise.reject(new Error("Nobody was sent to log in"));
  code.catch(() => {});
  const state = crypto.randomUUID();
  return {
    redirectUrl: "http://127.0.0.1:43119/callback",
    state,
    open(url) {
      code = fetch(url, { redirect: "manual" }).then((response) => {
        const back = new URL(response.headers.get("location") ?? "");
        if (back.searchParams.get("state") !== state) throw new Error("Another login came back");
        return back.searchParams.get("code") ?? "";
      });
      code.catch(() => {});
    },
    code: () => code,
  };
}

const login = {
  ...(given.client_id === undefined ? {} : { clientId: given.client_id }),
  ...(given.client_secret === undefined ? {} : { clientSecret: given.client_secret }),
  ...(given.private_key_pem === undefined ? {} : { privateKey: given.private_key_pem }),
  ...(given.signing_algorithm === undefined ? {} : { algorithm: given.signing_algorithm }),
  ...(scenario.startsWith("auth/client-credentials") ? { grant: "client_credentials" } : {}),
  ...(scenario === "auth/basic-cimd"
    ? { clientMetadataUrl: "https://conformance-test.local/client-metadata.json" }
    : {}),
  ...(given.idp_issuer === undefined
    ? {}
    : { identity: { issuer: given.idp_issuer, clientId: given.idp_client_id, idToken: given.idp_id_token } }),
};

async function answer(ask: Ask): Promise<Answer> {
  if (ask.type === "permission") return { type: "allow", scope: "once" };
  const wanted = ask.choices.find(({ label }) => label === "Take what is proposed") ?? ask.choices[0];
  return wanted ? { type: "choice", labels: [wanted.label] } : { type: "text", text: "anything" };
}

const context: ToolContext = {
  callId: "c1",
  agent: "main",
  signal: new AbortController().signal,
  clock: systemClock,
  workspace: { root: process.cwd(), cwd: process.cwd(), reads: new Map(), env: {} },
  ask: answer,
  countTokens: (text) => text.length,
  progress: () => {},
};

const args: Readonly<Record<string, Record<string, unknown>>> = { add_numbers: { a: 5, b: 3 } };

const config = readServer("conformance", { url: process.argv.at(-1), oauth: login }, "the suite");
if (typeof config === "string") throw new Error(config);
await using server = new McpServer(config, "conformance", {
  env: {},
  variables: {},
  cwd: process.cwd(),
  roots: [process.cwd()],
  version: "1",
  connectMs: 10_000,
  callMs: 10_000,
  logins: memoryStore(),
  visit: visitor(),
});

for (const tool of await server.open()) {
  const name = tool.name.replace(/^mcp__conformance__/, "");
  const { text, isError } = await tool.run(tool.schema.parse(args[name] ?? {}) as never, context);
  if (isError) throw new Error(text);
}
