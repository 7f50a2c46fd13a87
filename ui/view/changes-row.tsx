/** A file that has changed; it opens to show how. */
import { createEffect, Show } from "solid-js";
import type { FileChange } from "../../server/file-types.ts";
import { splitPath, statusWords } from "../state/changes.ts";
import { opened, setSought, sought, toggleOpened } from "../state/changes-shown.ts";
import { shownWhen } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import { ChangeDiff } from "./changes-diff.tsx";
import { onChangeKey } from "./changes-keys.ts";
import { Lines } from "./changes-lines.tsx";
import { Icon } from "./icon.tsx";

export function ChangeRow(props: { readonly change: FileChange; readonly now: number }) {
  const isOpen = () => opened().has(props.change.path);
  const path = () => splitPath(plain(props.change.path));
  const status = () => statusWords(props.change.status);
  let head: HTMLButtonElement | undefined;
  createEffect(() => {
    if (sought() !== props.change.path) return;
    setSought(undefined);
    head?.focus();
    head?.scrollIntoView({ block: "start" });
  });
  return (
    <li class="change" classList={{ open: isOpen() }}>
      <button
        ref={head}
        type="button"
        class="change-head"
        aria-expanded={isOpen()}
        title={plain(props.change.path)}
        onClick={() => toggleOpened(props.change.path)}
        onKeyDown={onChangeKey}
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
