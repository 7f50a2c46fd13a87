/** What may stand in a `models.json`. Loaded only where there is such a file. */
import { z } from "zod";
import { budgetModes, efforts, serviceTiers, thinkingOutputs } from "../agent/model.ts";

const count = z.int().positive();
const usd = z.number().nonnegative();
const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/ });
const variable = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable");

/** USD per million tokens, as in `PriceRow`; what is left out of the cache costs what input costs. */
const price = z.strictObject({
  tier: z.enum(serviceTiers).default("auto"),
  above: z.int().nonnegative().default(0),
  since: z.iso.date().exactOptional(),
  input: usd,
  output: usd,
  cacheRead: usd.exactOptional(),
  cacheWrite: usd.exactOptional(),
  cacheWrite1h: usd.exactOptional(),
});

/** Of a model in the catalogue only what is different; of another one all that is known. Names as in `ModelInfo`. */
const model = z.strictObject({
  wireId: text.exactOptional(),
  aliases: z.array(text).exactOptional(),
  maxRequestTokens: count.exactOptional(),
  maxResponseTokens: count.exactOptional(),
  maxRequestBytes: count.exactOptional(),
  images: z.boolean().exactOptional(),
  maxImageEdgePx: count.exactOptional(),
  maxImageBytes: count.exactOptional(),
  efforts: z.array(z.enum(efforts)).min(1).exactOptional(),
  budgetModes: z.array(z.enum(budgetModes)).min(1).exactOptional(),
  thinkingOutputs: z.array(z.enum(thinkingOutputs)).min(1).exactOptional(),
  prices: z.array(price).exactOptional(),
  charsPerToken: z.number().positive().exactOptional(),
  structured: z.boolean().exactOptional(),
  knowledgeCutoff: text.exactOptional(),
});

const provider = z.strictObject({
  label: text.exactOptional(),
  baseUrl: url.exactOptional(),
  keyVar: variable.exactOptional(),
  headers: z.record(text, z.string()).exactOptional(),
  reasoningField: text.exactOptional(),
  extraBody: z.record(text, z.json()).exactOptional(),
  roles: z.record(text, text).exactOptional(),
  models: z.record(text, model).exactOptional(),
});

export const userModelsSchema = z.strictObject({
  $schema: z.string().exactOptional(),
  providers: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "must be lower case letters, digits, . _ and -"), provider)
    .exactOptional(),
});

/** One file, checked. */
export type UserModelsFile = z.infer<typeof userModelsSchema>;
export type UserProvider = z.infer<typeof provider>;
export type UserModel = z.infer<typeof model>;
