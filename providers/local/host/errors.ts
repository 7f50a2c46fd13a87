/** Errors as data, to cross from the child that runs the models. */
import {
  AbortedError,
  ConfigError,
  type ErrorInfo,
  LocalModelError,
  ModelNotFoundError,
  SagentError,
  UsageError,
} from "../../../agent/error.ts";
import {
  BadRequestError,
  MalformedAnswerError,
  PromptTooLongError,
  ProviderError,
  type ProviderFailure,
  StreamInterruptedError,
  TruncatedCallError,
} from "../../../agent/provider-error.ts";
import { knownModels } from "../models.ts";

export interface ErrorData extends Omit<ErrorInfo, "retryAt"> {
  readonly provider?: string | undefined;
  readonly detail?: string | undefined;
  readonly actualTokens?: number | undefined;
  readonly limitTokens?: number | undefined;
}

/** What is no error of ours becomes a `LocalModelError`. */
export function errorData(thrown: unknown): ErrorData {
  if (!(thrown instanceof SagentError)) return { code: "local_model", message: `The model failed: ${words(thrown)}` };
  const info = thrown.toInfo();
  if (!(thrown instanceof ProviderError)) return info;
  const { provider, detail } = thrown;
  if (!(thrown instanceof PromptTooLongError)) return { ...info, provider, detail };
  return { ...info, provider, detail, actualTokens: thrown.actualTokens, limitTokens: thrown.limitTokens };
}

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

export function words(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
