/** What every request of an agent begins with, whatever has been said: its system text and its tools. */
import { offeredSpecs } from "./background.ts";
import type { Model, ToolSpec } from "./model.ts";
import { type AnyTool, specsText } from "./tool.ts";
import type { Toolbox } from "./toolbox.ts";

export class Preamble {
  readonly #first: string;
  readonly #revise: ((system: string) => string) | undefined;
  #system: string;
  readonly #toolbox: Toolbox;
  #tools: readonly AnyTool[];
  #made: { readonly model: Model; readonly specs: readonly ToolSpec[]; readonly tokens: number } | undefined;

  /** `revise` is asked, before each request, for what has become of `system`. */
  constructor(system: string, toolbox: Toolbox, revise?: (system: string) => string) {
    this.#first = system;
    this.#revise = revise;
    this.#system = revise?.(system) ?? system;
    this.#toolbox = toolbox;
    this.#tools = toolbox.offered;
  }

  get system(): string {
    return this.#system;
  }

  /** Takes in what has changed in the box and in the words; a promise where something of its shelf has yet to be made. */
  refresh(): Promise<void> | undefined {
    const take = () => {
      if (this.#tools !== this.#toolbox.offered) this.#made = undefined;
      this.#tools = this.#toolbox.offered;
      if (this.#revise) this.#reword(this.#revise(this.#first));
    };
    const { loading } = this.#toolbox;
    if (loading) return loading.then(take);
    take();
    return undefined;
  }

  #reword(system: string): void {
    if (system === this.#system) return;
    this.#system = system;
    this.#made = undefined;
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
    this.#made = { model, specs, tokens: model.estimateText(this.#system + specsText(specs)) };
    return this.#made;
  }
}
