/** What a login is used with in the tests: a saved login, and a call that it lets through. Run as a program, it makes calls. */
import { type Chunk, lowestSettings } from "../../agent/model.ts";
import { changeCredentials, readCredentials, type TokenAccount } from "../../providers/credential-file.ts";
import { createProvider } from "../../providers/registry.ts";
import type { FakeOAuth } from "../support/fake-oauth.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { Wire } from "../support/fake-types.ts";
import { tempDir } from "../support/temp-dir.ts";

type Env = Readonly<Record<string, string>>;

/** A provider of each wire, and how the fake behind the gate wants its key. */
export const subjects: Record<Wire, { provider: string; baseUrlVar: string; withKey: Env }> = {
  anthropic: { provider: "anthropic", baseUrlVar: "ANTHROPIC_BASE_URL", withKey: { "x-api-key": testKey } },
  openai: { provider: "openai", baseUrlVar: "OPENAI_BASE_URL", withKey: { authorization: `Bearer ${testKey}` } },
  chat: {
    provider: "openai-compat",
    baseUrlVar: "OPENAI_COMPAT_BASE_URL",
    withKey: { authorization: `Bearer ${testKey}` },
  },
  gemini: { provider: "google", baseUrlVar: "GOOGLE_BASE_URL", withKey: { "x-goog-api-key": testKey } },
};

/** A provider that takes live tokens only, and a place for the login that gets them. */
export async function loginRig(fake: FakeOAuth, wire: Wire = "anthropic") {
  const stack = new AsyncDisposableStack();
  const { provider, baseUrlVar, withKey } = subjects[wire];
  const vendor = stack.use(await startFakeProvider(Array(60).fill({ parts: [{ text: "ok" }] })));
  const gate = stack.use(fake.gate(vendor.url(wire), withKey));
  const { path } = stack.use(tempDir());
  const variable = `SAGENT_OAUTH_${provider.toUpperCase().replaceAll("-", "_")}`;
  const env: Env = { XDG_CONFIG_HOME: path, [baseUrlVar]: gate.url, [variable]: JSON.stringify(fake.config) };
  /** Keeps a login as of an hour ago. */
  const save = async (tokens: Pick<TokenAccount, "accessToken" | "refreshToken" | "expiresAt">) => {
    const where = { tokenUrl: `${fake.url}/token`, clientId: fake.clientId };
    const account: TokenAccount = { type: "oauth", ...tokens, ...where, savedAt: Date.now() - 3_600_000 };
    await changeCredentials(env, (file) => file.put(provider, "default", account));
  };
  const saved = () => {
    const account = readCredentials(env).accounts.get(provider)?.get("default");
    return account?.type === "oauth" ? account : undefined;
  };
  return { provider, env, save, saved, vendor, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The last chunks of calls of one provider, one after the other. */
export async function calls(provider: string, env: Env, count = 1, pauseMs = 0): Promise<Chunk[]> {
  await using made = await createProvider(provider, { env });
  const model = await made.model(provider === "openai-compat" ? "any" : undefined);
  const message = { type: "user" as const, id: "m1" as const, at: 0, text: "Go." };
  const request = { system: "", messages: [message], tools: [], settings: lowestSettings(model.info) };
  const ends: Chunk[] = [];
  for (let at = 0; at < count; at++) {
    const chunks = await Array.fromAsync(model.stream(request, new AbortController().signal));
    ends.push(...chunks.slice(-1));
    await Bun.sleep(pauseMs);
  }
  return ends;
}

if (import.meta.main) {
  const [provider = "", count = "1", pauseMs = "0"] = process.argv.slice(2);
  const { XDG_CONFIG_HOME = "", ...env } = process.env as Record<string, string>;
  const ends = await calls(provider, { ...env, XDG_CONFIG_HOME }, Number(count), Number(pauseMs));
  for (const end of ends) process.stdout.write(`${end.type === "error" ? end.error.message : end.type}\n`);
}
