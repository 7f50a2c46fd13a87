/** What a person may set of tools: `--tool NAME.key=value`. Read by a tool when it is called, so a change counts from then on. */
import { UsageError } from "../agent/error.ts";

type Setting =
  | {
      readonly type: "number";
      readonly from: number;
      readonly to: number;
      readonly value: number;
      readonly help: string;
    }
  | { readonly type: "switch"; readonly value: boolean; readonly help: string }
  | { readonly type: "choice"; readonly of: readonly string[]; readonly value: string; readonly help: string }
  | { readonly type: "list"; readonly of: readonly string[]; readonly value: readonly string[]; readonly help: string };

const editFormats = ["auto", "edit", "apply_patch", "replace"] as const;
export const searchEngines = ["tavily", "exa", "brave", "serper", "searxng", "duckduckgo"] as const;

/** By tool and key, with what counts where nobody says otherwise. */
export const settingTable = {
  Bash: {
    timeoutMs: { type: "number", from: 1, to: 600_000, value: 120_000, help: "of a command that names none" },
  },
  Edit: {
    format: { type: "choice", of: editFormats, value: "auto", help: "how models edit; auto: as each was trained" },
  },
  LSP: {
    afterEdits: { type: "switch", value: true, help: "tell of new errors after an edit" },
  },
  Sql: {
    timeoutMs: { type: "number", from: 100, to: 600_000, value: 30_000, help: "for a query" },
  },
  WebFetch: {
    timeoutMs: { type: "number", from: 100, to: 300_000, value: 30_000, help: "for a page, redirects and all" },
  },
  WebSearch: {
    engines: {
      type: "list",
      of: searchEngines,
      value: [],
      help: "these, in this order; by default all that are set up",
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Setting>>>>;

type Table = typeof settingTable;
type Value<Of> = Of extends { readonly type: "number" }
  ? number
  : Of extends { readonly type: "switch" }
    ? boolean
    : Of extends { readonly type: "list"; readonly of: readonly (infer Item)[] }
      ? readonly Item[]
      : Of extends { readonly of: readonly (infer Item)[] }
        ? Item
        : never;

export class ToolSettings {
  readonly #set = new Map<string, unknown>();

  /** Each is `NAME.key=value`; of two for one key the later counts. Throws `UsageError` that tells what there is. */
  constructor(assignments: readonly string[] = []) {
    for (const each of assignments) this.set(each);
  }

  get<Tool extends keyof Table, Key extends keyof Table[Tool]>(tool: Tool, key: Key): Value<Table[Tool][Key]> {
    const known: Readonly<Record<string, Setting>> = settingTable[tool];
    const value = this.#set.get(`${tool}.${String(key)}`) ?? known[String(key)]?.value;
    return value as Value<Table[Tool][Key]>;
  }

  /** Throws `UsageError` for a tool, a key or a value that there is not; nothing is changed then. */
  set(assignment: string): void {
    const at = assignment.indexOf("=");
    const [name, text] = at === -1 ? [assignment, undefined] : [assignment.slice(0, at), assignment.slice(at + 1)];
    const dot = name.indexOf(".");
    const [tool, key] = [name.slice(0, dot), name.slice(dot + 1)];
    const ofTool = entry<Readonly<Record<string, Setting>>>(settingTable, tool);
    if (dot === -1 || !ofTool) throw unknownSetting(`There is no setting "${name}".`, settingTable);
    const setting = entry<Setting>(ofTool, key);
    if (!setting) throw unknownSetting(`${tool} has no setting "${key}".`, { [tool]: ofTool });
    const value = text === undefined ? undefined : read(setting, text.trim());
    if (value === undefined) {
      throw new UsageError(`${tool}.${key} is to be ${describe(setting)}, not ${JSON.stringify(text ?? "")}.`, {
        hint: `For example: --tool ${tool}.${key}=${example(setting)}`,
      });
    }
    this.#set.set(name, value);
  }
}

/** All settings, a line each. */
export function settingLines(
  table: Readonly<Record<string, Readonly<Record<string, Setting>>>> = settingTable,
): string[] {
  return Object.entries(table).flatMap(([tool, keys]) =>
    Object.entries(keys).map(([key, setting]) => `${tool}.${key}=${example(setting)}  ${setting.help}`),
  );
}

function unknownSetting(message: string, table: Parameters<typeof settingLines>[0]): UsageError {
  return new UsageError(message, { hint: `There are, with their defaults:\n${settingLines(table).join("\n")}` });
}

function entry<Of>(table: Readonly<Record<string, Of>>, name: string): Of | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

const switches: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  "1": true,
  yes: true,
  off: false,
  false: false,
  "0": false,
  no: false,
};

/** Undefined for what does not fit. */
function read(setting: Setting, text: string): unknown {
  switch (setting.type) {
    case "number": {
      const number = text === "" ? Number.NaN : Number(text);
      return number >= setting.from && number <= setting.to ? number : undefined;
    }
    case "switch":
      return entry(switches, text.toLowerCase());
    case "choice":
      return setting.of.includes(text) ? text : undefined;
    case "list": {
      const items = text.split(",").map((item) => item.trim());
      return items.every((item) => setting.of.includes(item)) ? items : undefined;
    }
  }
}

function describe(setting: Setting): string {
  switch (setting.type) {
    case "number":
      return `a number from ${setting.from} to ${setting.to}`;
    case "switch":
      return "on or off";
    case "choice":
      return setting.of.join(" or ");
    case "list":
      return `a list of ${setting.of.join(", ")}`;
  }
}

function example(setting: Setting): string {
  switch (setting.type) {
    case "number":
    case "choice":
      return String(setting.value);
    case "switch":
      return setting.value ? "on" : "off";
    case "list":
      return (setting.value.length > 0 ? setting.value : setting.of).join(",");
  }
}
