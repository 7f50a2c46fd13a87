/** The provider `local` in this very process: each reference goes to the engine that can run it, loaded when first needed. */
import type { Provider } from "../../agent/model.ts";
import type { LocalOptions } from "./llama.ts";

export async function createEngines(options: LocalOptions): Promise<Provider> {
  const { createLocal } = await import("./llama.ts");
  return createLocal(options);
}
