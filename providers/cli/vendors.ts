/** Programs of vendors that can be driven as providers. Plain data, so that listing them loads nothing. */
import type { BudgetMode, Effort, ThinkingOutput } from "../../agent/model.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface CliVendor {
  /** As users type it; also `Provider.name` and `ModelInfo.provider`. */
  readonly name: string;
  /** As sentences call it. */
  readonly label: string;
  readonly wire: "stream-json" | "app-server" | "acp";
  /** The program with the words that go before our own. */
  readonly command: readonly string[];
  /** Overrides `command`, words separated by spaces. */
  readonly commandVar: string;
  /** Whose rows of the catalogue say what its models are like; absent where only the user knows. */
  readonly catalog?: string;
  /** Oldest version whose interface was seen to be the one we speak. */
  readonly oldest?: readonly [number, number, number];
  readonly install?: string;
  readonly login?: string;
  /** What its interface can say of thinking, as far as the model offers it. */
  readonly efforts: readonly Effort[];
  readonly budgetModes: readonly BudgetMode[];
  readonly thinkingOutputs: readonly ThinkingOutput[];
  /** Files that the directory it runs in holds, by name: its settings for this use. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Largest prompt and answer that it lets its models have, in tokens. */
  readonly window?: { readonly request: number; readonly response: number };
}

export const cliVendors: readonly CliVendor[] = [
  {
    name: "claude-cli",
    label: "Claude Code",
    wire: "stream-json",
    command: ["claude"],
    commandVar: "SAGENT_CLAUDE_COMMAND",
    catalog: "anthropic",
    oldest: [2, 1, 197],
    install: "npm install -g @anthropic-ai/claude-code",
    login: "claude auth login",
    efforts: ["none", "low", "medium", "high", "xhigh", "max"],
    budgetModes: ["none", "auto"],
    thinkingOutputs: ["text"],
    window: { request: 200_000, response: 64_000 },
  },
  {
    name: "codex-cli",
    label: "Codex",
    wire: "app-server",
    command: ["codex"],
    commandVar: "SAGENT_CODEX_COMMAND",
    catalog: "openai",
    oldest: [0, 169, 0],
    install: "npm install -g @openai/codex",
    login: "codex login",
    efforts: ["none", "low", "medium", "high", "xhigh", "max"],
    budgetModes: ["none"],
    thinkingOutputs: ["none", "text"],
    window: { request: 272_000, response: 32_000 },
  },
  {
    name: "gemini-cli",
    label: "Gemini CLI",
    wire: "acp",
    command: ["gemini"],
    commandVar: "SAGENT_GEMINI_COMMAND",
    catalog: "google",
    oldest: [0, 61, 0],
    install: "npm install -g @google/gemini-cli",
    login: "gemini",
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
    settings: { ".gemini/settings.json": JSON.stringify(geminiSettings()) },
  },
  {
    name: "acp-cli",
    label: "The ACP agent",
    wire: "acp",
    command: [],
    commandVar: "SAGENT_ACP_COMMAND",
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
  },
];

/** None of its own tools, skills, agents and hooks, and nothing of a project in its context. */
function geminiSettings() {
  const own = [
    ...["list_directory", "read_file", "read_many_files", "grep_search", "search_file_content", "glob", "replace"],
    ...["write_file", "web_fetch", "google_web_search", "run_shell_command", "list_background_processes"],
    ...["read_background_output", "write_todos", "enter_plan_mode", "exit_plan_mode", "invoke_agent", "activate_skill"],
    ...["update_topic", "save_memory", "ask_user", "get_internal_docs", "complete_task"],
    ...["codebase_investigator", "generalist", "cli_help", "tracker_create_task"],
  ];
  return {
    tools: { exclude: own },
    skills: { enabled: false },
    hooksConfig: { enabled: false },
    experimental: { enableAgents: false },
    context: { includeDirectoryTree: false, fileName: "SAGENT-NONE.md" },
    general: { enableAutoUpdate: false, topicUpdateNarration: false, plan: { enabled: false } },
  };
}

/** The vendor of a name in any case. */
export function cliVendor(name: string): CliVendor | undefined {
  return cliVendors.find((vendor) => vendor.name === name.toLowerCase());
}

/** The program that a person chose, or the vendor's, with its first words; empty where there is none. */
export function commandOf({ command, commandVar }: CliVendor, env: Env): readonly string[] {
  const chosen = env[commandVar]?.trim();
  return chosen ? chosen.split(/\s+/) : command;
}

/** Whether the program is there; what version it is and whether it is logged in shows when a model is made. */
export function isInstalled(vendor: CliVendor, env: Env): boolean {
  const [program] = commandOf(vendor, env);
  return program !== undefined && Bun.which(program, { PATH: env.PATH ?? "" }) !== null;
}
