/** The same adapters over the clients of other clouds. */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { AzureOpenAI } from "openai";
import { createAnthropic } from "../../providers/anthropic.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { createCompat } from "../../providers/compat.ts";
import { createGemini } from "../../providers/gemini.ts";
import { createOpenAI } from "../../providers/openai.ts";
import { providerContract } from "./provider.ts";
import { anthropic, gemini, openai } from "./subjects.ts";
import { bare } from "./subjects-chat.ts";

const azure = (apiKey: string, baseUrl: string) =>
  new AzureOpenAI({ apiKey, baseURL: `${baseUrl}/openai`, apiVersion: "2026-06-01", logLevel: "off" });

providerContract("openai on Azure", {
  ...openai,
  create: ({ apiKey, baseUrl, ...options }) =>
    createOpenAI({ ...options, apiKey: "", client: async () => azure(apiKey, baseUrl) }),
});

providerContract("chat on Azure", {
  ...bare,
  create: ({ apiKey, baseUrl, ...options }) =>
    createCompat({ ...options, name: "openai-compat", baseUrl, client: async () => azure(apiKey, baseUrl) }),
});

providerContract("gemini on Vertex AI", {
  ...gemini,
  create: ({ apiKey, baseUrl, ...options }) =>
    createGemini({
      ...options,
      apiKey: "",
      client: async () => new GoogleGenAI({ vertexai: true, apiKey, httpOptions: { baseUrl } }),
    }),
});

/** Moves the model into the path and the version into the body, as the client of `@anthropic-ai/vertex-sdk` 1.1 does. */
class Vertex extends Anthropic {
  override buildRequest: Anthropic["buildRequest"] = async (options, retries) => {
    const { model, ...body } = options.body as Record<string, unknown>;
    if (options.path !== "/v1/messages?beta=true") throw new Error(`Vertex AI does not know ${options.path}`);
    const path = `/v1/projects/p/locations/global/publishers/anthropic/models/${model}:streamRawPredict`;
    const headers = { ...options.headers, "anthropic-version": null };
    const moved = { ...options, path, headers, body: { ...body, anthropic_version: "2026-10-21" } };
    return super.buildRequest(moved, retries);
  };
}

providerContract("anthropic on Vertex AI", {
  ...anthropic,
  create: ({ apiKey, baseUrl, ...options }) =>
    createAnthropic({
      ...options,
      apiKey: "",
      client: async () => new Vertex({ apiKey: null, authToken: apiKey, baseURL: baseUrl, logLevel: "off" }),
    }),
});

/** The endpoint of Bedrock that speaks Messages: a base URL, a key, and names with the vendor in front. */
const claude = resolveModel("anthropic");
providerContract("anthropic on Bedrock", {
  ...anthropic,
  info: { ...claude, wireId: `anthropic.${claude.wireId}` },
  create: ({ baseUrl, ...options }) => createAnthropic({ ...options, baseUrl: `${baseUrl}/anthropic` }),
});
