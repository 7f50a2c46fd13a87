/** What the environment says of the llama.cpp server. */
import { UsageError } from "../../../agent/error.ts";
import type { Env } from "../../auth.ts";
import { shellWords } from "./words.ts";

/** How a server is launched. */
export interface LaunchSettings {
  /** `LLAMA_CPP_SERVER`: the program; looked for where absent. */
  readonly program: string | undefined;
  /** `LLAMA_CPP_MODEL`: the weights where none are named. */
  readonly model: string | undefined;
  /** Its arguments, but those that say where it listens and what it loads. */
  readonly args: readonly string[];
}

const defaultContext = 16_384;
const defaultKv = "q4_0";
const defaultDraft = 3;

/** Arguments that are ours to give: where it listens, and what would show a secret to every process. */
const ours = /^(--host|--port|--api-key)(=|$)/;

/**
 * Layers on a GPU and thinking are the server's own decision; `LLAMA_CPP_EXTRA_ARGS` stands behind our arguments, and the
 * server takes the last of two. Throws `UsageError` for a number that is none and for arguments that are not for a user.
 */
export function launchSettings(env: Env): LaunchSettings {
  const said = (name: string) => env[`LLAMA_CPP_${name}`]?.trim() || undefined;
  const kv = said("KV") ?? defaultKv;
  const spec = said("SPEC_TYPE");
  const extra = shellWords(said("EXTRA_ARGS") ?? "");
  const taken = extra.find((arg) => ours.test(arg));
  if (taken !== undefined) {
    throw new UsageError(`LLAMA_CPP_EXTRA_ARGS may not have ${taken.split("=")[0]}: sagent chooses it.`, {
      hint: "Start the server yourself and set LLAMA_CPP_BASE_URL, or set LLAMA_CPP_API_KEY for a key of your own.",
    });
  }
  return {
    program: said("SERVER"),
    model: said("MODEL"),
    args: [
      ...["--parallel", "1", "-c", String(whole(said("CONTEXT"), "CONTEXT", defaultContext))],
      ...["--cache-type-k", kv, "--cache-type-v", kv],
      ...(spec
        ? ["--spec-type", spec, "--spec-draft-n-max", String(whole(said("MTP_DRAFT"), "MTP_DRAFT", defaultDraft))]
        : []),
      ...extra,
    ],
  };
}

function whole(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`LLAMA_CPP_${name} must be a whole number, not "${text}".`);
}
