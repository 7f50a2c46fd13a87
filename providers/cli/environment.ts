/** The environment of a vendor's program: the user's own, without what would turn it away from its own login. */
import { type Env, withoutSecrets } from "../auth.ts";

/**
 * Variables that name another account, another server or another model than the program's own login and flags do, or
 * that say it runs inside another session. From the vendors' references of environment variables.
 */
const misleading: ReadonlySet<string> = new Set([
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_CUSTOM_HEADERS",
  "ANTHROPIC_MODEL",
  "ANTHROPIC_SMALL_FAST_MODEL",
  "ANTHROPIC_DEFAULT_OPUS_MODEL",
  "ANTHROPIC_DEFAULT_SONNET_MODEL",
  "ANTHROPIC_DEFAULT_HAIKU_MODEL",
  "ANTHROPIC_BEDROCK_BASE_URL",
  "ANTHROPIC_VERTEX_BASE_URL",
  "ANTHROPIC_VERTEX_PROJECT_ID",
  "ANTHROPIC_FOUNDRY_API_KEY",
  "ANTHROPIC_FOUNDRY_BASE_URL",
  "ANTHROPIC_FOUNDRY_RESOURCE",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
  "CLAUDECODE",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_SSE_PORT",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_SIMPLE",
  "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
  "CLAUDE_CODE_EFFORT_LEVEL",
  "MAX_THINKING_TOKENS",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_ORGANIZATION",
  "OPENAI_PROJECT",
  "CODEX_API_KEY",
  "CODEX_ACCESS_TOKEN",
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "GOOGLE_GEMINI_BASE_URL",
  "GOOGLE_VERTEX_BASE_URL",
  "GOOGLE_GENAI_USE_VERTEXAI",
  "GEMINI_MODEL",
  "GEMINI_SYSTEM_MD",
  "GEMINI_WRITE_SYSTEM_MD",
  "GEMINI_SANDBOX",
]);

/** The bridge is on this machine, whatever proxy there is. */
const direct = ["127.0.0.1", "localhost"];

/** `more` is added last. */
export function cliEnvironment(env: Env, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(withoutSecrets(env)).filter(([name]) => !misleading.has(name));
  const noProxy = [env.NO_PROXY ?? env.no_proxy ?? "", ...direct].filter(Boolean).join(",");
  return { ...Object.fromEntries(kept), NO_PROXY: noProxy, no_proxy: noProxy, ...more };
}
