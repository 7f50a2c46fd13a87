/**
 * Every error of the project but the failures of a model call, which are in `provider-error.ts`. Built from data; the class writes the sentence a user reads, and `hint` says what to do
 * next. `code` is stable and goes to events, json output and exit codes.
 */

/** What crosses a process, a socket or a file in place of an error object. */
export interface ErrorInfo {
  code: string;
  message: string;
  hint?: string | undefined;
  status?: number | undefined;
  /** Unix time in ms when it makes sense to try again. */
  retryAt?: number | undefined;
}

/** How `retry.ts` treats a failed call. */
export type RetryClass = "never" | "transient" | "rateLimit" | "interrupted" | "overflow";

export interface ErrorOptions {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export abstract class SagentError extends Error {
  abstract readonly code: string;
  readonly hint: string | undefined;
  readonly retry: RetryClass = "never";

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }

  toInfo(): ErrorInfo {
    return { code: this.code, message: this.message, ...(this.hint === undefined ? {} : { hint: this.hint }) };
  }
}

// --- Limits -----------------------------------------------------------------------------------------------------------

/** In whole cents, or finer below ten; what a sum of fractions falls short of ten by does not count. */
const usd = (amount: number) => `$${amount.toFixed(Number(amount.toFixed(4)) < 0.1 ? 4 : 2)}`;

/** The next call could cost more than what is left; it was not sent. */
export class BudgetExceededError extends SagentError {
  readonly code = "budget";
  constructor(data: { readonly capUsd: number; readonly spentUsd: number; readonly neededUsd: number }) {
    const left = Math.max(0, data.capUsd - data.spentUsd);
    super(
      `The budget of ${usd(data.capUsd)} has ${usd(left)} left and the next call may cost ${usd(data.neededUsd)}; it was not sent.`,
      { hint: "Raise --max-budget-usd, lower --max-response-tokens, or use a cheaper model." },
    );
  }
}

/** The turn used all its rounds of tools. */
export class RoundLimitError extends SagentError {
  readonly code = "max_rounds";
  constructor(data: { readonly limit: number }) {
    super(`The turn reached its limit of ${data.limit} rounds of tools; the last calls were not run.`, {
      hint: "Send another message to go on, or raise --max-rounds.",
    });
  }
}

/** The agent went in circles and did not stop when it was told. */
export class LoopError extends SagentError {
  readonly code = "loop";
  constructor(data: { readonly times: number; readonly isTalk?: boolean }) {
    super(
      data.isTalk
        ? `The agent and its peers answered each other ${data.times} times with nothing else done; it stopped.`
        : `The model made the same calls ${data.times} times in a row; the last ones were not run.`,
      { hint: "Send another message to go on." },
    );
  }
}

/** The model's last answer did not become the value that was asked for. Its text is kept. */
export class OutputError extends SagentError {
  readonly code = "output";
  constructor(data: { readonly problem: string; readonly tries?: number }) {
    const { problem, tries = 1 } = data;
    const often = tries > 1 ? `, ${tries} times` : "";
    super(`The answer is not what was asked for${often}: ${problem.replaceAll("\n", "; ")}.`, {
      hint: "Its text is kept. Ask in other words, loosen the schema, or use a stronger model.",
    });
  }
}

/** No model of the chain can answer. `failures` has why, by model. */
export class ExhaustedError extends SagentError {
  readonly code = "exhausted";
  readonly retryAt: number | undefined;
  constructor(data: { readonly failures: ReadonlyMap<string, string>; readonly retryAt?: number | undefined }) {
    const each = [...data.failures].map(([model, message]) => `${model}: ${message}`);
    const until = data.retryAt === undefined ? "" : ` until ${new Date(data.retryAt).toISOString()}`;
    super(`No model can answer${until}. ${each.join(" ")}`, {
      hint: "The conversation is kept. Go on later, or switch to another model.",
    });
    this.retryAt = data.retryAt;
  }
  override toInfo(): ErrorInfo {
    return { ...super.toInfo(), ...(this.retryAt === undefined ? {} : { retryAt: this.retryAt }) };
  }
}

// --- Choosing and loading ---------------------------------------------------------------------------------------------

/** Flags, environment or config say something impossible. Exit code 2. */
export class UsageError extends SagentError {
  readonly code = "usage";
}

/** Configuration is valid but cannot be met: no key, no file. */
export class ConfigError extends SagentError {
  readonly code = "config";
}

export class ModelNotFoundError extends SagentError {
  readonly code = "model_not_found";
  constructor(data: {
    readonly model: string;
    readonly provider?: string;
    readonly known?: readonly string[];
    readonly hint?: string;
  }) {
    const where = data.provider ? ` for ${data.provider}` : "";
    const known = data.known?.length ? `Known: ${data.known.join(", ")}.` : undefined;
    super(`There is no model "${data.model}"${where}.`, { hint: data.hint ?? known });
  }
}

/** The weights or the native library of a local model could not be had. */
export class LocalModelError extends SagentError {
  readonly code = "local_model";
}

/** A model in the process was asked for whose weights are not here, where they are fetched only when a person says so. */
export class MissingWeightsError extends SagentError {
  readonly code = "missing_weights";
  /** Without a name, the default was asked for, and no weights are here at all. */
  constructor(data: { readonly model?: string | undefined } = {}) {
    const { model } = data;
    super(
      model === undefined
        ? "No model is ready: no key of a provider is set, and no weights of a local model are on this machine."
        : `The weights of the local model ${model} are not on this machine.`,
      {
        hint:
          model === undefined
            ? "Fetch a local model, which needs no account, or set a key such as ANTHROPIC_API_KEY and start sagent again."
            : "Fetch them first.",
      },
    );
  }
}

export class SettingError extends SagentError {
  readonly code = "setting";
  constructor(data: {
    readonly model: string;
    readonly name: string;
    readonly value: string;
    readonly allowed: readonly string[];
  }) {
    super(`${data.model} does not offer ${data.name} "${data.value}".`, {
      hint: `It offers: ${data.allowed.join(", ")}.`,
    });
  }
}

/** A second driver wanted an agent that is being driven, or it was closed. */
export class AgentBusyError extends SagentError {
  readonly code = "busy";
}

// --- Sessions ---------------------------------------------------------------------------------------------------------

export class SessionNotFoundError extends SagentError {
  readonly code = "session_not_found";
  constructor(data: { readonly wanted: string; readonly matches?: readonly string[] }) {
    const many = data.matches?.length ? ` It could be any of: ${data.matches.join(", ")}.` : "";
    super(`There is no one session "${data.wanted}".${many}`, { hint: "List them with `sagent sessions`." });
  }
}

/** Another live process writes this session. */
export class SessionLockedError extends SagentError {
  readonly code = "session_locked";
  constructor(data: { readonly path: string; readonly pid: number; readonly host: string; readonly since: number }) {
    super(`The session is open in process ${data.pid} on ${data.host} since ${new Date(data.since).toISOString()}.`, {
      hint: `Close it there first, or start another session. (${data.path})`,
    });
  }
}

/** The disk refused. What was acknowledged before is safe. */
export class SessionWriteError extends SagentError {
  readonly code = "session_write";
  constructor(data: { readonly path: string; readonly cause: unknown }) {
    const why = data.cause instanceof Error ? data.cause.message : String(data.cause);
    super(`The session could not be written: ${why}`, {
      hint: `Free space or fix ${data.path}; what was saved before is safe.`,
      cause: data.cause,
    });
  }
}

// --- Files ------------------------------------------------------------------------------------------------------------

/** A file of the project cannot be shown or opened, or a path leads out of the project. */
export class FileError extends SagentError {
  readonly code = "file";
}

/** The caller aborted. */
export class AbortedError extends SagentError {
  readonly code = "aborted";
  constructor() {
    super("The call was stopped.");
  }
}

/** Turns anything thrown into an `ErrorInfo`; unknown errors become `internal`, with their message and no stack. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof SagentError) return error.toInfo();
  return { code: "internal", message: messageOf(error) };
}

/** What went wrong, of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
