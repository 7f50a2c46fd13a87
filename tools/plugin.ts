/** What a plug-in is made of. It stands in a module of the plug-in's own, as `export default definePlugin({ … })`. */
import type { Provider } from "../agent/model.ts";
import type { AnyTool } from "../agent/tool.ts";

/** A prompt that is sent by `/name words`; `$ARGUMENTS`, `$1`, … stand for the words. */
export interface PluginCommand {
  readonly description?: string;
  /** What the help says of the words behind it. */
  readonly usage?: string;
  readonly prompt: string;
}

/** Commands that are run at certain events, in the shape of `hooks` in a settings file. */
export type PluginHooks = Readonly<
  Record<
    string,
    readonly {
      readonly matcher?: string;
      readonly hooks: readonly { readonly type: "command"; readonly command: string; readonly timeout?: number }[];
    }[]
  >
>;

/**
 * A provider: one that speaks OpenAI's chat wire, described as in `models.json` (its base URL, the variable of its key, its
 * models), or an object of your own that makes models.
 */
export type PluginProvider = Readonly<Record<string, unknown>> | Provider;

export interface Plugin {
  /** The name of its folder or file where absent. */
  readonly name?: string;
  readonly tools?: readonly AnyTool[];
  /** By name, without the `/`. */
  readonly commands?: Readonly<Record<string, PluginCommand>>;
  readonly hooks?: PluginHooks;
  /** By the name that users type. */
  readonly providers?: Readonly<Record<string, PluginProvider>>;
}

/** Gives what it is given, with its type checked. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
