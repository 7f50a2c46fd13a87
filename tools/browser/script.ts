/** Runs a model's JavaScript in a page, as the console of a browser would, and brings back what fits. */
import type { CDPSession, Page } from "playwright-core";
import { oneLine } from "../output.ts";

/** The script failed, or has run too long; `message` is a sentence. */
export class ScriptError extends Error {}

const maxChars = 400_000;

/** As JSON, text as it is. `await` may stand anywhere; a function is called. Throws `ScriptError`. */
export async function evaluate(page: Page, code: string, timeoutMs: number): Promise<string> {
  const session = await page.context().newCDPSession(page);
  try {
    const result = await call(session, code, timeoutMs);
    return result.length > maxChars ? `${result.slice(0, maxChars)}…` : result;
  } finally {
    await session.detach().catch(() => {});
  }
}

async function call(session: CDPSession, expression: string, timeout: number): Promise<string> {
  const how = { awaitPromise: true, userGesture: true } as const;
  const first = await session.send("Runtime.evaluate", { expression, replMode: true, timeout, ...how });
  let { result } = check(first);
  if (result.type === "function" && result.objectId) {
    const { objectId } = result;
    const functionDeclaration = "function () { return this(); }";
    result = check(await session.send("Runtime.callFunctionOn", { objectId, functionDeclaration, ...how })).result;
  }
  if (!result.objectId) return plain(result);
  const text = await session.send("Runtime.callFunctionOn", {
    objectId: result.objectId,
    functionDeclaration: `function () {
      if (this instanceof Node) return String(this.outerHTML ?? this.textContent);
      if (this instanceof Error) return String(this.stack);
      const plain = this instanceof Map || this instanceof Set || this instanceof NodeList ? [...this] : this;
      const seen = new WeakSet();
      return JSON.stringify(plain, (_, value) => {
        if (typeof value === "bigint" || typeof value === "function") return String(value);
        if (value instanceof Node) return String(value.outerHTML ?? value.textContent).slice(0, 200);
        if (typeof value !== "object" || value === null) return value;
        if (seen.has(value)) return "[seen above]";
        seen.add(value);
        return value;
      }, 1)?.slice(0, ${maxChars + 1});
    }`,
    returnByValue: true,
  });
  return plain(check(text).result);
}

interface Answer {
  readonly result: {
    readonly type: string;
    readonly value?: unknown;
    readonly unserializableValue?: string;
    readonly objectId?: string;
    readonly description?: string;
  };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

function check<Of extends Answer>(answer: Of): Of {
  const { exceptionDetails: wrong } = answer;
  if (!wrong) return answer;
  throw new ScriptError(`The script failed: ${oneLine(wrong.exception?.description ?? wrong.text, 500)}`);
}

function plain({ type, value, unserializableValue, description }: Answer["result"]): string {
  if (typeof value === "string") return value || '""';
  return unserializableValue ?? (value === undefined ? (description ?? type) : JSON.stringify(value));
}
