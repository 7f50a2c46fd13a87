/** The errors of calls that ran elsewhere, made again from what crossed. */
import {
  AbortedError,
  ConfigError,
  LocalModelError,
  ModelNotFoundError,
  type SagentError,
  UsageError,
} from "../../../agent/error.ts";
import {
  BadRequestError,
  MalformedAnswerError,
  PromptTooLongError,
  type ProviderFailure,
  StreamInterruptedError,
  TruncatedCallError,
} from "../../../agent/provider-error.ts";
import { knownModels } from "../models.ts";
import type { ErrorData } from "./error-data.ts";

/** The error again, of the class it had. `asked` is the name of the model that was asked for. */
export function errorOf(data: ErrorData, asked?: string): SagentError {
  const { message, hint } = data;
  switch (data.code) {
    case "aborted":
      return new AbortedError();
    case "usage":
      return new UsageError(message, { hint });
    case "config":
      return new ConfigError(message, { hint });
    case "model_not_found":
      return new ModelNotFoundError({ model: asked ?? "", provider: "local", known: knownModels.map(({ id }) => id) });
    case "prompt_too_long": {
      const { actualTokens, limitTokens } = data;
      return new PromptTooLongError({
        ...failureOf(data),
        ...(actualTokens !== undefined && { actualTokens }),
        ...(limitTokens !== undefined && { limitTokens }),
      });
    }
    case "malformed_answer":
      return new MalformedAnswerError(failureOf(data));
    case "truncated_call":
      return new TruncatedCallError(failureOf(data));
    case "interrupted":
      return new StreamInterruptedError(failureOf(data));
    case "bad_request":
      return new BadRequestError(failureOf(data));
    default:
      return new LocalModelError(message, { hint });
  }
}

function failureOf({ provider = "local", detail, hint }: ErrorData): ProviderFailure {
  return { provider, ...(detail !== undefined && { detail }), ...(hint !== undefined && { hint }) };
}
