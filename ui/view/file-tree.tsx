/** The tree of the project's files. */
import { createMemo, For, onMount, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import {
  current,
  levels,
  open,
  refreshTree,
  setCurrent,
  type TreeRow,
  toggleFolder,
  treeKey,
  treeRows,
} from "../state/files.ts";
import { shownBytes, shownCount } from "../state/format.ts";
import { onWork } from "../state/on-work.ts";
import { plain } from "../state/plain.ts";
import { openFile } from "../state/shell.ts";
import { Icon } from "./icon.tsx";

export function FileTree(props: { readonly leave: () => void }) {
  const store = useStore();
  const rows = createMemo(() => treeRows(levels(), open()));
  const byPath = createMemo(() => new Map(rows().map((row) => [row.path, row])));
  /** The one that the Tab key reaches. */
  const reached = () => (byPath().has(current()) ? current() : rows()[0]?.path);
  let tree: HTMLDivElement | undefined;
  onMount(() => void refreshTree());
  onWork(store, () => void refreshTree());
  const act = ({ path, entry }: TreeRow) => {
    setCurrent(path);
    if (entry.type === "directory") toggleFolder(path);
    else openFile(path);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = reached() ?? "";
    const move = treeKey(rows(), at, event.key);
    if (!move && event.key === "ArrowUp" && at === rows()[0]?.path) return props.leave();
    if (!move) return;
    event.preventDefault();
    if (move.type === "toggle") return toggleFolder(move.path);
    setCurrent(move.path);
    tree?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  };
  return (
    <div ref={tree} class="file-tree" role="tree" aria-label="Files of the project" onKeyDown={onKey}>
      <For each={[...byPath().keys()]}>
        {(path) => (
          <Show when={byPath().get(path)}>
            {(row) => <Row row={row()} isReached={path === reached()} act={() => act(row())} />}
          </Show>
        )}
      </For>
    </div>
  );
}

function Row(props: { readonly row: TreeRow; readonly isReached: boolean; readonly act: () => void }) {
  const entry = () => props.row.entry;
  const isFolder = () => entry().type === "directory";
  return (
    <>
      <button
        type="button"
        class="file-row"
        classList={{ ignored: props.row.isIgnored, changed: entry().isChanged }}
        role="treeitem"
        style={{ "--level": props.row.level }}
        aria-level={props.row.level}
        aria-expanded={isFolder() ? props.row.isOpen : undefined}
        tabindex={props.isReached ? 0 : -1}
        title={plain(props.row.path)}
        onClick={() => props.act()}
      >
        <Show when={isFolder()} fallback={<span class="file-mark" />}>
          <Icon name="chevron" class="file-mark" />
        </Show>
        <Icon name={isFolder() ? "folder" : entry().isLink ? "link" : "file"} />
        <span class="file-name cut">{plain(entry().name)}</span>
        <Show when={entry().isChanged}>
          <span class="file-changed" title="Git shows a change here">
            <span class="hidden-label">changed</span>
          </span>
        </Show>
        <Show when={entry().type === "file"}>
          <span class="file-size dim small">{shownBytes(entry().size)}</span>
        </Show>
      </button>
      <Show when={props.row.left > 0}>
        <p class="file-left dim small">{shownCount(props.row.left)} more are not shown.</p>
      </Show>
    </>
  );
}
