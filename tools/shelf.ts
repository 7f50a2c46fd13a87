/**
 * The tools that are kept on the shelf until a model asks for them. Each is loaded with what it needs when it is taken down;
 * here are only its name and its description.
 */
import type { AnyTool, ShelfEntry } from "../agent/tool.ts";
import browser from "./browser.md" with { type: "text" };
import type { Projects } from "./code/project.ts";
import codeSearch from "./code-search.md" with { type: "text" };
import git from "./git.md" with { type: "text" };
import linear from "./linear.md" with { type: "text" };
import { Languages } from "./lsp/languages.ts";
import lsp from "./lsp.md" with { type: "text" };
import multiEdit from "./multi-edit.md" with { type: "text" };
import notify from "./notify.md" with { type: "text" };
import paperAuthor from "./paper-author.md" with { type: "text" };
import paperDetails from "./paper-details.md" with { type: "text" };
import paperFetch from "./paper-fetch.md" with { type: "text" };
import paperGraph from "./paper-graph.md" with { type: "text" };
import paperSearch from "./paper-search.md" with { type: "text" };
import playAudio from "./play-audio.md" with { type: "text" };
import reloadText from "./reload.md" with { type: "text" };
import repoMap from "./repo-map.md" with { type: "text" };
import type { ToolSettings } from "./settings.ts";
import skill from "./skill.md" with { type: "text" };
import type { SkillBook } from "./skills/book.ts";
import slack from "./slack.md" with { type: "text" };
import sql from "./sql.md" with { type: "text" };
import webFetch from "./web-fetch.md" with { type: "text" };
import webSearch from "./web-search.md" with { type: "text" };
import wiki from "./wiki.md" with { type: "text" };

export interface ShelfOptions {
  /** Where keys and addresses of services are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly settings?: ToolSettings | undefined;
  /** What Skill loads; no skills where it is absent. */
  readonly skills?: SkillBook | undefined;
  /** The language servers of the session, for all tools that ask them. */
  readonly languages?: Languages | undefined;
  /** Whether the person trusts a directory, so that programs which a repository in it names are run. Nowhere, by default. */
  readonly isTrusted?: (dir: string) => Promise<boolean>;
  /** Reads again what the project and the person wrote for agents; without it there is no Reload. */
  readonly reload?: (() => Promise<string>) | undefined;
  /**
   * Takes what a tool has started that outlives its calls (a browser, a language server), and closes it with the session.
   * Without it, that ends with the process.
   */
  readonly own?: (resource: AsyncDisposable) => void;
}

/** One shelf for all agents of a session: each tool is made once, and what it holds is shared by them. */
export function shelfOf(options: ShelfOptions = {}): ShelfEntry[] {
  const languages = options.languages ?? new Languages(options);
  const all = [...entries({ ...options, languages }), ...reloadEntries(options)];
  return all.map((entry) => ({ ...entry, load: once(entry.load) }));
}

function reloadEntries({ reload }: ShelfOptions): ShelfEntry[] {
  if (!reload) return [];
  const load = async () => (await import("./reload.ts")).reloadTool(reload);
  return [{ name: "Reload", description: reloadText, load }];
}

/** A tool that could not be made is tried again the next time. */
function once(load: ShelfEntry["load"]): () => Promise<AnyTool> {
  let made: Promise<AnyTool> | undefined;
  return () => {
    made ??= Promise.resolve(load()).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function entries({ env = {}, settings, skills, languages, own, isTrusted }: ShelfOptions): ShelfEntry[] {
  return [
    {
      name: "Browser",
      description: browser,
      load: () => loadBrowser(env, own),
    },
    {
      name: "LSP",
      description: lsp,
      load: async () => (await import("./lsp.ts")).lspTool(languages),
    },
    {
      name: "Git",
      description: git,
      load: async () => (await import("./git.ts")).gitTool({ isTrusted }),
    },
    {
      name: "MultiEdit",
      description: multiEdit,
      load: async () => (await import("./multi-edit.ts")).multiEditTool,
    },
    {
      name: "WebSearch",
      description: webSearch,
      load: async () => (await import("./web-search.ts")).webSearchTool({ env, settings }),
    },
    {
      name: "WebFetch",
      description: webFetch,
      load: async () => (await import("./web-fetch.ts")).webFetchTool({ settings }),
    },
    {
      name: "Sql",
      description: sql,
      load: async () => (await import("./sql.ts")).sqlTool({ settings }),
    },
    {
      name: "Notify",
      description: notify,
      load: async () => (await import("./notify.ts")).notifyTool,
    },
    {
      name: "PlayAudio",
      description: playAudio,
      load: async () => (await import("./play-audio.ts")).playAudioTool,
    },
    ...codeEntries(env, languages),
    ...paperEntries(env),
    ...officeEntries(env),
    {
      name: "Skill",
      description: skill,
      load: async () =>
        (await import("./skill.ts")).skillTool(skills ?? new (await import("./skills/book.ts")).SkillBook()),
    },
  ];
}

async function loadBrowser(env: NonNullable<ShelfOptions["env"]>, own: ShelfOptions["own"]): Promise<AnyTool> {
  const [{ browserTool }, { BrowserHost }] = await Promise.all([import("./browser.ts"), import("./browser/host.ts")]);
  const host = new BrowserHost({ env });
  own?.(host);
  return browserTool({ host });
}

/** They share one index of each project. */
function codeEntries(env: NonNullable<ShelfOptions["env"]>, languages: Languages | undefined): ShelfEntry[] {
  let projects: Promise<Projects> | undefined;
  const open = () => {
    projects ??= import("./code/project.ts").then((module) => new module.Projects(env));
    return projects;
  };
  return [
    {
      name: "RepoMap",
      description: repoMap,
      load: async () => (await import("./repo-map.ts")).repoMapTool(await open()),
    },
    {
      name: "CodeSearch",
      description: codeSearch,
      load: async () =>
        (await import("./code-search.ts")).codeSearchTool(await open(), { servers: () => languages?.pool }),
    },
  ];
}

/** Where people write to each other and plan. */
function officeEntries(env: NonNullable<ShelfOptions["env"]>): ShelfEntry[] {
  return [
    {
      name: "Slack",
      description: slack,
      load: async () => (await import("./slack.ts")).slackTool({ env }),
    },
    {
      name: "Linear",
      description: linear,
      load: async () => (await import("./linear.ts")).linearTool({ env }),
    },
    {
      name: "Wiki",
      description: wiki,
      load: async () => (await import("./wiki.ts")).wikiTool({ env }),
    },
  ];
}

function paperEntries(env: NonNullable<ShelfOptions["env"]>): ShelfEntry[] {
  const library = async () => (await import("./papers/library.ts")).sharedLibrary(env);
  return [
    {
      name: "PaperSearch",
      description: paperSearch,
      load: async () => (await import("./paper-search.ts")).paperSearchTool(await library()),
    },
    {
      name: "PaperDetails",
      description: paperDetails,
      load: async () => (await import("./paper-details.ts")).paperDetailsTool(await library()),
    },
    {
      name: "PaperAuthor",
      description: paperAuthor,
      load: async () => (await import("./paper-author.ts")).paperAuthorTool(await library()),
    },
    {
      name: "PaperFetch",
      description: paperFetch,
      load: async () => (await import("./paper-fetch.ts")).paperFetchTool(await library()),
    },
    {
      name: "PaperGraph",
      description: paperGraph,
      load: async () => (await import("./paper-graph.ts")).paperGraphTool(await library()),
    },
  ];
}
