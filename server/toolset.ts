/** Which tools the agents of a run have: by its flags, by the model's window, and by whether a person is there. */
import type { ModelInfo } from "../agent/model.ts";
import { isSmallWindow } from "../agent/prompt.ts";
import { type AnyTool, covers, type ToolSource } from "../agent/tool.ts";
import { configDir } from "../providers/credential-file.ts";
import { withoutForms } from "../tools/edit/forms.ts";
import { followEdits } from "../tools/lsp/after-edit.ts";
import { Languages } from "../tools/lsp/languages.ts";
import {
  advisorTool,
  builtinTools,
  chooseTools,
  roomyToolNames,
  type SourceNames,
  standardTools,
  type ToolSet,
  type ToolSettings,
} from "../tools/registry.ts";
import type { SkillBook } from "../tools/skills/book.ts";
import type { Config } from "./config.ts";
import { checkNames, isOfSource, limitedSources, toolsNamed } from "./named-tools.ts";
import { isTrusted } from "./trust.ts";

type Wanted = Pick<Config, "tools" | "disallowTools" | "advisor" | "contain" | "trust"> & Partial<Pick<Config, "cwd">>;

/** What the project and the person have written beside. */
interface Extended {
  readonly skills: SkillBook;
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
  /** Where tools beside the built-in ones come from. */
  readonly sources?: readonly ToolSource[];
}

export interface AgentTools extends ToolSet {
  /** With the tools that the flags let through. */
  readonly sources: readonly ToolSource[];
}

/** Throws `UsageError` for a name that is no tool's. */
export async function toolSetOf(config: Wanted, info: ModelInfo, given: Place): Promise<AgentTools> {
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
  const sources = limitedSources(given.sources ?? [], config);
  const { tools, shelf } = wanted
    ? { tools: await chosen(wanted, place, toolsNamed), shelf: [] }
    : standard(info, { ...place, sources: told(sources) });
  if (disallowTools.length > 0) await chosen(disallowTools, { ...place, canAsk: true }, checkNames);
  // A shell writes where it likes, and so does what an agent wrote and reloads; who wants them beside contained files names them.
  const leftOut = contain && !wanted ? [...disallowTools, "Bash", "Reload"] : disallowTools;
  const isAllowed = ({ name }: { readonly name: string }) => !leftOut.some((out) => covers(out, name));
  const { model = "", maxUses } = advisor ?? {};
  const added = advisor ? [advisorTool({ model, ...(maxUses === undefined ? {} : { maxUses }) })] : [];
  const left = tools.filter(isAllowed).map((tool) => withoutForms(tool, isAllowed));
  const set = followEdits({ tools: [...left, ...added], shelf: shelf.filter(isAllowed) }, languages);
  return { ...set, sources };
}

/** Built-in tools, and those that sources have. Throws `UsageError` for a name that is neither's. */
async function chosen(
  names: readonly string[],
  { sources = [], ...place }: Place,
  ofSources: typeof toolsNamed,
): Promise<readonly AnyTool[]> {
  const own = names.filter((name) => isOfSource(name, sources));
  const others = names.filter((name) => !own.includes(name));
  return [...(await chooseTools(others, place)), ...(await ofSources(own, sources))];
}

/** As a model is told of them: those that may have tools. */
const told = (sources: readonly ToolSource[]) =>
  sources.filter(({ tools }) => tools?.length !== 0).map(({ name }) => name);

/** A small window has no room for what tools say of other agents and of plans, nor for more of them. */
function standard(info: ModelInfo, place: Omit<Place, "sources"> & SourceNames): ToolSet {
  if (!isSmallWindow(info)) return standardTools(place);
  return { tools: builtinTools(place).filter(({ name }) => !roomyToolNames.includes(name)), shelf: [] };
}
