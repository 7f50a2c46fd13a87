/** The project's tree as far as it was looked into. */
import { createSignal } from "solid-js";
import type { Tree, TreeEntry } from "../../server/file-types.ts";
import { getJson } from "./api.ts";
import { toastError } from "./shell.ts";

/** A line of the tree. */
export interface TreeRow {
  readonly path: string;
  readonly entry: TreeEntry;
  /** From 1. */
  readonly level: number;
  readonly isOpen: boolean;
  /** An ignore file names it, or a directory that it is in. */
  readonly isIgnored: boolean;
  /** Entries behind it that are not shown: there are too many. */
  readonly left: number;
}

export type Levels = ReadonlyMap<string, Tree>;

/** The lines that are seen, from the top down. */
export function treeRows(levels: Levels, open: ReadonlySet<string>, at = "", level = 1, ignored = false): TreeRow[] {
  const tree = levels.get(at);
  return (tree?.entries ?? []).flatMap((entry, index) => {
    const path = at === "" ? entry.name : `${at}/${entry.name}`;
    const isOpen = entry.type === "directory" && open.has(path);
    const isIgnored = ignored || entry.isIgnored;
    const isLast = index + 1 === tree?.entries.length;
    const row = { path, entry, level, isOpen, isIgnored, left: isLast ? (tree?.total ?? 0) - index - 1 : 0 };
    return isOpen ? [row, ...treeRows(levels, open, path, level + 1, isIgnored)] : [row];
  });
}

/** The directories that lead to a path, the topmost first. */
export function foldersOf(path: string): string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

/** A path as the server takes it: from the project's root. */
export function inProject(path: string, project: string): string {
  const root = `${project.replace(/\/+$/, "")}/`;
  return (path.startsWith(root) ? path.slice(root.length) : path).replace(/^\.\//, "");
}

export interface TreeMove {
  readonly type: "focus" | "toggle";
  readonly path: string;
}

/** What a key means in the tree, as https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ has it; Enter and Space press the line. */
export function treeKey(rows: readonly TreeRow[], at: string, key: string): TreeMove | undefined {
  const index = rows.findIndex(({ path }) => path === at);
  const row = rows[index];
  if (!row) return undefined;
  const focus = (to: TreeRow | undefined): TreeMove | undefined => to && { type: "focus", path: to.path };
  const isFolder = row.entry.type === "directory";
  const next = rows[index + 1];
  switch (key) {
    case "ArrowDown":
      return focus(next);
    case "ArrowUp":
      return focus(rows[index - 1]);
    case "Home":
      return focus(rows[0]);
    case "End":
      return focus(rows.at(-1));
    case "ArrowRight":
      if (isFolder && !row.isOpen) return { type: "toggle", path: at };
      return next && next.level > row.level ? focus(next) : undefined;
    case "ArrowLeft":
      if (row.isOpen) return { type: "toggle", path: at };
      return focus(rows.slice(0, index).findLast(({ level }) => level < row.level));
    default:
      return undefined;
  }
}

const [levels, setLevels] = createSignal<Levels>(new Map());
const [open, setOpen] = createSignal<ReadonlySet<string>>(new Set());
/** The path that the keys act on. */
const [current, setCurrent] = createSignal("");

export { current, levels, open, setCurrent };

async function look(path: string): Promise<void> {
  try {
    const tree = await getJson<Tree>("/api/files/tree", { path });
    setLevels((all) => new Map(all).set(path, tree));
  } catch (error) {
    setOpen((all) => new Set([...all].filter((each) => each !== path)));
    if (path === "" || levels().has(path)) return;
    toastError(error);
  }
}

/** Looks again into all that is open. */
export async function refreshTree(): Promise<void> {
  await Promise.all(["", ...open()].map(look));
}

export function toggleFolder(path: string): void {
  const isOpen = open().has(path);
  setOpen((all) => new Set(isOpen ? [...all].filter((each) => each !== path) : [...all, path]));
  if (!isOpen) void look(path);
}

/** Opens the directories that lead to a path, and goes there. */
export function reveal(path: string): void {
  const folders = foldersOf(`${path}/`);
  const missing = folders.filter((each) => !open().has(each));
  setOpen((all) => new Set([...all, ...folders]));
  setCurrent(path);
  for (const folder of missing) void look(folder);
}
