/**
 * Any OpenAI-compatible endpoint. Give yours as OPENAI_COMPAT_BASE_URL (and OPENAI_COMPAT_API_KEY, MODEL); without one, a
 * local server that plays the part answers, so the example runs anywhere.
 */
import { createAgent } from "sagent";
import { startFakeProvider } from "sagent/testing";

await using fake = await startFakeProvider([{ parts: [{ text: "Hello from an endpoint of your own." }] }]);
const { OPENAI_COMPAT_BASE_URL: own, OPENAI_COMPAT_API_KEY: key, MODEL = "my-model" } = process.env;

await using agent = await createAgent({
  provider: "openai-compat",
  baseUrl: own ?? fake.url("chat"),
  apiKey: own ? (key ?? "") : "test-key",
  model: MODEL,
  tools: [],
});
const { content, error } = await agent.run("Say hello.");
process.stdout.write(`${error?.message ?? content}\n`);
