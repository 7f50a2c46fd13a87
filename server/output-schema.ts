/** What `--output-schema` asks for: JSON Schema, given as it is or in a file. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UsageError } from "../agent/error.ts";
import type { OutputPrompt } from "../agent/output.ts";

const objectSchema = z.record(z.string(), z.json());

/** Throws `UsageError` for what is no JSON Schema, or has more in it than can be checked here. */
export async function readOutputSchema(
  given: string,
): Promise<Required<Pick<OutputPrompt<unknown>, "output" | "outputSchema">>> {
  const text = given.trimStart().startsWith("{") ? given : await readSchemaFile(given);
  try {
    const outputSchema = objectSchema.parse(JSON.parse(text));
    return { outputSchema, output: z.fromJSONSchema(outputSchema) };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? "it is not an object" : cause instanceof Error ? cause.message : "";
    throw new UsageError(`--output-schema cannot be used: ${why}.`, {
      hint: 'Give a JSON Schema such as {"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}.',
      cause,
    });
  }
}

async function readSchemaFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`The file of --output-schema cannot be read: ${path}.`, { cause });
  }
}
