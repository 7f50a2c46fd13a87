/** A path that opens in the side. */
import { Show } from "solid-js";
import { shortPath } from "../state/call-words.ts";
import { useStore } from "../state/context.ts";
import { plain, revealed } from "../state/plain.ts";
import { openFile } from "../state/shell.ts";

export function FileLink(props: { readonly path: string; readonly line?: number | undefined }) {
  const store = useStore();
  const short = () => shortPath(props.path, store.transcript?.view()?.cwd ?? "");
  return (
    <Show when={!store.isReplay} fallback={<span class="mono">{revealed(short())}</span>}>
      <button
        type="button"
        class="link-button file-link"
        title={`Open ${plain(props.path)}`}
        onClick={() => openFile(props.path, props.line)}
      >
        {revealed(short())}
      </button>
    </Show>
  );
}
