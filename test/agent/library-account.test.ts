/** Accounts of the credential file in the library. */
import { expect, test } from "bun:test";
import { createAgent } from "../../agent/index.ts";
import { changeCredentials } from "../../providers/credential-file.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { tempDir } from "../support/temp-dir.ts";

test("an agent is let in with its account, and a key that is given comes before all others", async () => {
  using temp = tempDir();
  await using work = await startFakeProvider([{ parts: [{ text: "Hi." }] }, { parts: [{ text: "Again." }] }], {
    key: "work",
  });
  const env = { XDG_CONFIG_HOME: temp.path, ANTHROPIC_API_KEY: "of-env", ANTHROPIC_BASE_URL: work.url("anthropic") };
  await changeCredentials(env, (file) => {
    file.put("anthropic", "work", { type: "key", key: "work", savedAt: 1 });
    file.put("anthropic", "default", { type: "key", key: "other", savedAt: 1 });
  });
  const said = async (options: object) => {
    await using agent = await createAgent({ env, cwd: temp.path, tools: [], provider: "anthropic", ...options });
    const { content, error } = await agent.run("Go.");
    return content || error?.code;
  };
  expect(await said({ account: "work" })).toBe("Hi.");
  expect(await said({ apiKey: "work" })).toBe("Again.");
  expect(await said({})).toBe("auth");
  expect(await said({ auth: "credentials" })).toBe("auth");
  await expect(said({ account: "home" })).rejects.toThrow('Anthropic has no account "home".');
});
