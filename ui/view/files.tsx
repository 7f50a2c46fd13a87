/** The project's files: a tree, a search, and the file that is open. */
import { Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { inProject } from "../state/files.ts";
import { file } from "../state/shell.ts";
import { FileBrowser } from "./file-browser.tsx";
import { FileViewer } from "./file-viewer.tsx";

export function Files() {
  const store = useStore();
  return (
    <Show when={file()} keyed fallback={<FileBrowser />}>
      {({ path, line }) => <FileViewer path={inProject(path, store.hello?.project ?? "")} line={line} />}
    </Show>
  );
}
