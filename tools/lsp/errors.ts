/** What goes wrong with a language server, as a sentence. */

export class LanguageServerError extends Error {
  override readonly name = "LanguageServerError";
}

/** It said that it cannot do this; it goes on. */
export class RefusedError extends LanguageServerError {
  /** Of JSON-RPC or of the protocol; undefined where its answer could not be understood. */
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }

  /** The documents changed meanwhile, or it had other things to do: it would answer if asked again. */
  get isPassing(): boolean {
    return this.code === -32801 || this.code === -32802;
  }
}

/** It did not answer in time. */
export class SlowError extends LanguageServerError {}

/** It is gone, and with it whatever it was asked. */
export class GoneError extends LanguageServerError {}

/** Nobody wants the answer any more. */
export class StoppedError extends LanguageServerError {
  constructor() {
    super("The call was stopped.");
  }
}
