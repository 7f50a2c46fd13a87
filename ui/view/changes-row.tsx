/** A file that has changed; it opens to show how. */
import { Show } from "solid-js";
import type { FileChange } from "../../server/file-types.ts";
import { opened, splitPath, statusWords, toggleOpened } from "../state/changes.ts";
import { shownWhen } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import { ChangeDiff } from "./changes-diff.tsx";
import { Lines } from "./changes-lines.tsx";
import { Icon } from "./icon.tsx";

export function ChangeRow(props: { readonly change: FileChange; readonly now: number }) {
  const isOpen = () => opened().has(props.change.path);
  const path = () => splitPath(plain(props.change.path));
  const status = () => statusWords(props.change.status);
  return (
    <li class="change" classList={{ open: isOpen() }}>
      <button
        type="button"
        class="change-head"
        aria-expanded={isOpen()}
        title={plain(props.change.path)}
        onClick={() => toggleOpened(props.change.path)}
      >
        <Icon name="chevron" class="change-mark" />
        <span class={`change-status ${status().tone}`} title={status().word}>
          <span aria-hidden="true">{status().letter}</span>
          <span class="hidden-label">{status().word}</span>
        </span>
        <span class="change-words">
          <span class="change-path cut">
            <span class="change-name">{path().name}</span> <span class="dim small">{path().folder}</span>
          </span>
          <Show when={whoAndWhen(props.change, props.now)}>
            {(words) => <span class="dim small cut">{words()}</span>}
          </Show>
        </span>
        <Lines of={props.change} />
      </button>
      <Show when={isOpen()}>
        <ChangeDiff change={props.change} />
      </Show>
    </li>
  );
}

function whoAndWhen({ from, agents, lastAt }: FileChange, now: number): string {
  const words = [
    from === undefined ? "" : `from ${plain(from)}`,
    agents.map(plain).join(", "),
    lastAt === null ? "" : shownWhen(lastAt, now),
  ];
  return words.filter(Boolean).join(" · ");
}
