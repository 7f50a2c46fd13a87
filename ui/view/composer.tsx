/** Where the person writes: the queue, the field with its pictures, what each key would do, and the model's controls. */
import { Show } from "solid-js";
import { useActions } from "../state/actions.ts";
import { createComposing } from "../state/composing.ts";
import { useStore } from "../state/context.ts";
import { takeFiles } from "../state/images.ts";
import { dialog, toast } from "../state/shell.ts";
import { AttachButton } from "./attach-button.tsx";
import { ComposerButtons } from "./composer-buttons.tsx";
import { ComposerControls } from "./composer-controls.tsx";
import { ComposerField } from "./composer-field.tsx";
import { ComposerFiles } from "./composer-files.tsx";
import { ComposerHints } from "./composer-hints.tsx";
import { useFileDrop } from "./file-drop.ts";
import { Plan } from "./plan.tsx";
import { Queue } from "./queue.tsx";

export function Composer() {
  const store = useStore();
  const composing = createComposing(store);
  let form: HTMLFormElement | undefined;
  const take = async (files: readonly File[]) => {
    const taken = await takeFiles(files, composing.draft().attachments);
    composing.add(taken);
    for (const problem of taken.problems) toast("bad", problem);
    document.getElementById("composer-field")?.focus();
  };
  const isOver = useFileDrop(
    () => form?.closest("main"),
    (files) => void take(files),
  );
  useActions([
    {
      id: "agent.halt",
      title: "Halt the agent",
      group: "Agent",
      keys: "escape",
      enabled: () => composing.mode() === "working" && dialog() === undefined && !isCovered(),
      run: composing.halt,
    },
    {
      id: "composer.focus",
      title: "Write a message",
      group: "Go to",
      keys: "mod+i",
      run: () => document.getElementById("composer-field")?.focus(),
    },
  ]);
  return (
    <form
      ref={form}
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        composing.send();
      }}
      onPaste={(event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length === 0) return;
        event.preventDefault();
        void take(files);
      }}
    >
      <Plan steps={store.transcript?.view()?.card.plan ?? []} />
      <Queue composing={composing} />
      <Show when={composing.draft().problem}>
        {(problem) => (
          <p class="composer-problem small" role="alert">
            {problem().message} <span class="dim">{problem().hint}</span>
          </p>
        )}
      </Show>
      <div class="composer-box" classList={{ "files-over": isOver() }}>
        <ComposerFiles composing={composing} />
        <ComposerField composing={composing} />
        <div class="composer-bar">
          <AttachButton take={(files) => void take(files)} />
          <ComposerHints composing={composing} />
          <ComposerButtons composing={composing} />
        </div>
        <Show when={isOver()}>
          <div class="drop-here">Drop pictures or texts to add them to your message</div>
        </Show>
      </div>
      <ComposerControls />
    </form>
  );
}

/** Something lies over the page that Escape closes. */
const isCovered = () => document.querySelector("dialog[open], :popover-open") !== null;
