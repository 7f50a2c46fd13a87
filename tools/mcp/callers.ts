/** Who waits for a server: what it asks back is asked on behalf of the call that began last. */
import type { ToolContext } from "../../agent/tool.ts";

export class Callers {
  readonly #running: ToolContext[] = [];

  enter(context: ToolContext): Disposable {
    this.#running.push(context);
    return { [Symbol.dispose]: () => void this.#running.splice(this.#running.indexOf(context), 1) };
  }

  /** Undefined where nobody waits. */
  get last(): ToolContext | undefined {
    return this.#running.at(-1);
  }
}
