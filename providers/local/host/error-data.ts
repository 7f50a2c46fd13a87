/** Errors as data, to cross from where the models run. Runs in a browser too. */
import { type ErrorInfo, messageOf, SagentError } from "../../../agent/error.ts";
import { PromptTooLongError, ProviderError } from "../../../agent/provider-error.ts";

export interface ErrorData extends Omit<ErrorInfo, "retryAt"> {
  readonly provider?: string | undefined;
  readonly detail?: string | undefined;
  readonly actualTokens?: number | undefined;
  readonly limitTokens?: number | undefined;
}

/** What is no error of ours becomes a `LocalModelError`. */
export function errorData(thrown: unknown): ErrorData {
  if (!(thrown instanceof SagentError))
    return { code: "local_model", message: `The model failed: ${messageOf(thrown)}` };
  const info = thrown.toInfo();
  if (!(thrown instanceof ProviderError)) return info;
  const { provider, detail } = thrown;
  if (!(thrown instanceof PromptTooLongError)) return { ...info, provider, detail };
  return { ...info, provider, detail, actualTokens: thrown.actualTokens, limitTokens: thrown.limitTokens };
}
