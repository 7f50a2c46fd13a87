/** Calls that find files and lines: a list of links. */
import { createMemo, For, Match, Show, Switch } from "solid-js";
import { plain } from "../state/plain.ts";
import { type FoundLine, foundLines } from "../state/result-lines.ts";
import type { CallView } from "../state/view.ts";
import { Args, Result } from "./call-result.tsx";
import { FileLink } from "./file-link.tsx";
import { Icon } from "./icon.tsx";

export function SearchCall(props: { readonly call: CallView }) {
  const lines = createMemo(() => (props.call.status === "done" ? foundLines(props.call) : []));
  const hasMore = () => Object.keys(props.call.args ?? {}).some((name) => name !== "path" && name !== "pattern");
  return (
    <>
      <Show when={hasMore()}>
        <Args call={props.call} />
      </Show>
      <Show when={props.call.status === "done"} fallback={<Result call={props.call} />}>
        <ul class="found">
          <For each={lines()}>{(line) => <Found line={line} />}</For>
        </ul>
      </Show>
    </>
  );
}

function Found(props: { readonly line: FoundLine }) {
  return (
    <Switch>
      <Match when={props.line.type === "note" && props.line}>
        {(line) => <li class="found-note">{plain(line().text)}</li>}
      </Match>
      <Match when={props.line.type === "path" && props.line}>
        {(line) => (
          <li class="found-path">
            <Icon name={line().directory ? "folder" : "file"} />
            <Show when={!line().directory} fallback={<span class="cut">{plain(line().path)}</span>}>
              <FileLink path={line().path} />
            </Show>
            <Show when={line().count !== undefined}>
              <span class="dim small">{line().count}</span>
            </Show>
          </li>
        )}
      </Match>
      <Match when={props.line.type === "match" && props.line}>
        {(line) => (
          <li class="found-match" classList={{ context: line().context }}>
            <FileLink path={line().path} line={line().line} />
            <span class="dim">:{line().line}</span>
            <code>{plain(line().text)}</code>
          </li>
        )}
      </Match>
    </Switch>
  );
}
