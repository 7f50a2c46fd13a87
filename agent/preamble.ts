/** What every request of an agent begins with, whatever has been said: its system text and its tools. */
import { offeredSpecs } from "./background.ts";
import type { Model, ToolSpec } from "./model.ts";
import { type AnyTool, specsText } from "./tool.ts";
import type { Toolbox } from "./toolbox.ts";

export class Preamble {
  readonly system: string;
  readonly #toolbox: Toolbox;
  #tools: readonly AnyTool[];
  #made: { readonly model: Model; readonly specs: readonly ToolSpec[]; readonly tokens: number } | undefined;

  constructor(system: string, toolbox: Toolbox) {
    this.system = system;
    this.#toolbox = toolbox;
    this.#tools = toolbox.offered;
  }

  /** Takes in what has changed in the box; a promise where something of its shelf has yet to be made. */
  refresh(): Promise<void> | undefined {
    const take = () => {
      if (this.#tools !== this.#toolbox.offered) this.#made = undefined;
      this.#tools = this.#toolbox.offered;
    };
    const { loading } = this.#toolbox;
    if (loading) return loading.then(take);
    take();
    return undefined;
  }

  /** The tools as this model is told of them. */
  specs(model: Model): readonly ToolSpec[] {
    return this.#make(model).specs;
  }

  /** By this model's measure. */
  tokens(model: Model): number {
    return this.#make(model).tokens;
  }

  #make(model: Model) {
    if (this.#made?.model === model) return this.#made;
    const specs = offeredSpecs(this.#tools, model.info);
    this.#made = { model, specs, tokens: model.estimateText(this.system + specsText(specs)) };
    return this.#made;
  }
}
