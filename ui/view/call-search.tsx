/** Calls that find files and lines: a list of links. */
import { createMemo, For, Match, Show, Switch } from "solid-js";
import type { PlaceRow, Places } from "../state/places.ts";
import { plain, revealed } from "../state/plain.ts";
import { type FoundLine, foundLines } from "../state/result-lines.ts";
import type { CallView } from "../state/view.ts";
import { Args, Result } from "./call-result.tsx";
import { FileLink } from "./file-link.tsx";
import { Icon } from "./icon.tsx";
import { PlacesView } from "./places.tsx";

export function SearchCall(props: { readonly call: CallView }) {
  const lines = createMemo(() => (props.call.status === "done" ? foundLines(props.call) : []));
  return (
    <>
      <Args call={props.call} />
      <Show when={props.call.status === "done"} fallback={<Result call={props.call} />}>
        <Show when={matchesOf(lines())} fallback={<FoundList lines={lines()} />}>
          {(places) => <PlacesView places={places()} />}
        </Show>
      </Show>
    </>
  );
}

/** Lines that match, where there are any: they stand under their files. */
function matchesOf(lines: readonly FoundLine[]): Places | undefined {
  const list = lines.flatMap((line): PlaceRow[] => {
    if (line.type !== "match") return [];
    return [{ path: line.path, line: line.line, text: revealed(line.text), isAside: line.context }];
  });
  const notes = lines.flatMap((line) => (line.type === "note" ? plain(line.text) : []));
  return list.length === 0 ? undefined : { list, more: 0, note: notes.join(" ") };
}

function FoundList(props: { readonly lines: readonly FoundLine[] }) {
  return (
    <ul class="found">
      <For each={props.lines}>{(line) => <Found line={line} />}</For>
    </ul>
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
    </Switch>
  );
}
