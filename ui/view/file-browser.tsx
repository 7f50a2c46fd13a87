/** Finds a file by the letters of its path, or in the tree. */
import { createSignal, For, onCleanup, Show } from "solid-js";
import type { FoundFile } from "../../server/file-types.ts";
import { getJson } from "../state/api.ts";
import { createAsked } from "../state/asked.ts";
import { reveal } from "../state/files.ts";
import { openFile } from "../state/shell.ts";
import { FileTree } from "./file-tree.tsx";
import { Icon } from "./icon.tsx";
import { Marked } from "./marked.tsx";

const typingMs = 100;

export function FileBrowser() {
  const [words, setWords] = createSignal("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  let field: HTMLInputElement | undefined;
  let below: HTMLDivElement | undefined;
  onCleanup(() => clearTimeout(timer));
  const found = createAsked(
    () => words() || undefined,
    (q, signal) => getJson<readonly FoundFile[]>("/api/files/find", { q }, signal),
  );
  const clear = () => {
    if (field) field.value = "";
    setWords("");
  };
  const choose = (path: string) => {
    if (!path.endsWith("/")) return openFile(path);
    clear();
    reveal(path.slice(0, -1));
  };
  const items = () => [...(below?.querySelectorAll<HTMLElement>('button, [role="treeitem"][tabindex="0"]') ?? [])];
  const onKey = (event: KeyboardEvent) => {
    const first = found.value()?.[0];
    if (event.key === "Escape" && words() !== "") {
      event.stopPropagation();
      clear();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      items()[0]?.focus();
    } else if (event.key === "Enter" && first) choose(first.path);
  };
  const onListKey = (event: KeyboardEvent) => {
    const at = items().indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    if (at + step < 0) field?.focus();
    else items()[at + step]?.focus();
  };
  return (
    <div class="files">
      <div class="side-head file-search">
        <Icon name="search" />
        <input
          ref={field}
          type="search"
          aria-label="Find a file"
          placeholder="Find a file"
          onInput={({ currentTarget }) => {
            clearTimeout(timer);
            timer = setTimeout(() => setWords(currentTarget.value.trim()), typingMs);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div ref={below}>
        <Show when={words() !== ""} fallback={<FileTree leave={() => field?.focus()} />}>
          <Show when={found.error()}>{(error) => <p class="side-problem">{error().message}</p>}</Show>
          <ul class="found-files" aria-label="Files that match">
            <For each={found.value()}>
              {({ path, ranges }) => (
                <li>
                  <button type="button" class="file-row" onClick={() => choose(path)} onKeyDown={onListKey}>
                    <Icon name={path.endsWith("/") ? "folder" : "file"} />
                    <span class="cut">
                      <Marked text={path} ranges={ranges} />
                    </span>
                  </button>
                </li>
              )}
            </For>
          </ul>
          <Show when={found.value()?.length === 0}>
            <p class="empty">No file is called like this.</p>
          </Show>
        </Show>
      </div>
    </div>
  );
}
