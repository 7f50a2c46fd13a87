/** Which tools the agents of a run have: by its flags, by the model's window, and by whether a person is there. */
import type { ModelInfo } from "../agent/model.ts";
import { isSmallWindow } from "../agent/prompt.ts";
import type { AnyTool } from "../agent/tool.ts";
import { configDir } from "../providers/credential-file.ts";
import { withoutForms } from "../tools/edit/forms.ts";
import { followEdits } from "../tools/lsp/after-edit.ts";
import { Languages } from "../tools/lsp/languages.ts";
import {
  advisorTool,
  builtinTools,
  chooseTools,
  roomyToolNames,
  standardTools,
  type ToolSet,
  type ToolSettings,
} from "../tools/registry.ts";
import type { SkillBook } from "../tools/skills/book.ts";
import type { Config } from "./config.ts";
import { isTrusted } from "./trust.ts";

type Wanted = Pick<Config, "tools" | "disallowTools" | "advisor" | "contain" | "trust">;

/** What the project and the person have written beside. Tools of plug-ins are offered only where they are named. */
interface Extended {
  readonly skills: SkillBook;
  readonly plugins: { readonly tools: readonly AnyTool[] };
  reload(): Promise<string>;
}

interface Place {
  readonly canAsk: boolean;
  /** With the keys of services. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings?: ToolSettings;
  readonly extensions?: Extended;
  /** Takes what tools have started, to close it with the session. */
  readonly own?: (resource: AsyncDisposable) => void;
  /** Names of the sources of tools that the agents have beside these. */
  readonly sources?: readonly string[];
}

/** Throws `UsageError` for a name that is no tool's. */
export async function toolSetOf(config: Wanted, info: ModelInfo, given: Place): Promise<ToolSet> {
  const { tools: wanted, disallowTools, advisor, contain } = config;
  const isTrustedDir = (dir: string) => isTrusted(dir, config, given.env);
  const languages = new Languages({ ...given, configDir: configDir(given.env), isTrusted: isTrustedDir });
  const { extensions } = given;
  const place = {
    ...given,
    languages,
    isTrusted: isTrustedDir,
    skills: extensions?.skills,
    reload: extensions && (() => extensions.reload()),
  };
  const { tools, shelf } = wanted ? { tools: await chosen(wanted, place), shelf: [] } : standard(info, place);
  if (disallowTools.length > 0) await chosen(disallowTools, { ...place, canAsk: true });
  // A shell writes where it likes; who wants it beside contained files says so by its name.
  const leftOut = contain && !wanted ? [...disallowTools, "Bash"] : disallowTools;
  const isAllowed = ({ name }: { readonly name: string }) => !leftOut.includes(name);
  const { model = "", maxUses } = advisor ?? {};
  const added = advisor ? [advisorTool({ model, ...(maxUses === undefined ? {} : { maxUses }) })] : [];
  const left = tools.filter(isAllowed).map((tool) => withoutForms(tool, isAllowed));
  return followEdits({ tools: [...left, ...added], shelf: shelf.filter(isAllowed) }, languages);
}

/** Built-in tools and those of plug-ins. Throws `UsageError` for a name that is neither's. */
async function chosen(names: readonly string[], place: Place): Promise<readonly AnyTool[]> {
  const plugged = (place.extensions?.plugins.tools ?? []).filter(({ name }) => names.includes(name));
  const others = names.filter((name) => !plugged.some((tool) => tool.name === name));
  return [...(await chooseTools(others, place)), ...plugged];
}

/** A small window has no room for what tools say of other agents and of plans, nor for more of them. */
function standard(info: ModelInfo, place: Place): ToolSet {
  if (!isSmallWindow(info)) return standardTools(place);
  return { tools: builtinTools(place).filter(({ name }) => !roomyToolNames.includes(name)), shelf: [] };
}
