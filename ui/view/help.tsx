/** Every action with its keys, the keys of the places where they mean something else, and the commands that begin with `/`. */
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { slashCommands } from "../../server/slash.ts";
import { type Action, actions } from "../state/actions.ts";
import { Dialog } from "./dialog.tsx";
import { Keys } from "./keys.tsx";

interface Line {
  readonly keys: string;
  readonly words: string;
}

/** Groups in the order in which they are shown. */
const groups: readonly Action["group"][] = ["Go to", "Session", "Agent", "Model", "View", "Help"];

const places: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: "Writing a message",
    lines: [
      { keys: "enter", words: "Send; while it works, it hears this at once" },
      { keys: "tab", words: "Queue it for when the work is done" },
      { keys: "shift+enter", words: "A new line" },
      { keys: "escape", words: "Stop what is going on" },
      { keys: "arrowup", words: "What you said before" },
      { keys: "@", words: "A file or an agent" },
      { keys: "/", words: "A command" },
    ],
  },
  {
    title: "In the conversation",
    lines: [
      { keys: "j", words: "Next message" },
      { keys: "k", words: "Message before" },
      { keys: "o", words: "Open or close what is folded" },
      { keys: "home", words: "The beginning" },
      { keys: "end", words: "The end" },
    ],
  },
  {
    title: "In the list of sessions",
    lines: [
      { keys: "arrowdown", words: "Next" },
      { keys: "f2", words: "Rename" },
      { keys: "delete", words: "Delete; a note takes it back" },
    ],
  },
  {
    title: "In the changes",
    lines: [
      { keys: "j", words: "Next file" },
      { keys: "k", words: "File before" },
    ],
  },
  {
    title: "In a terminal",
    lines: [
      { keys: "ctrl+shift+escape", words: "Leave it for the message" },
      { keys: "ctrl+shift+c", words: "Copy what is selected" },
      { keys: "ctrl+shift+v", words: "Paste" },
    ],
  },
];

export function Help() {
  const [text, setText] = createSignal("");
  const fits = (...words: readonly string[]) => words.some((each) => each.toLowerCase().includes(text().toLowerCase()));
  const commands = createMemo(() => slashCommands("page").filter(({ name, help }) => fits(name, help)));
  const withKeys = createMemo(() =>
    groups
      .map((title) => ({ title, lines: linesOf(title).filter(({ words }) => fits(words)) }))
      .filter(({ lines }) => lines.length > 0),
  );
  return (
    <Dialog title="Keyboard and commands" class="help">
      <input
        type="text"
        class="help-search"
        aria-label="Search the help"
        placeholder="Search"
        autofocus
        onInput={({ currentTarget }) => setText(currentTarget.value.trim())}
      />
      <section class="help-columns" tabindex="0" aria-label="Keys and commands">
        <For each={withKeys()}>{({ title, lines }) => <Section title={title} lines={lines} />}</For>
        <For each={places}>
          {({ title, lines }) => <Section title={title} lines={lines.filter(({ words }) => fits(words))} />}
        </For>
        <Show when={commands().length > 0}>
          <Group title="Commands">
            <For each={commands()}>
              {({ name, usage, help }) => (
                <div class="help-line command-line">
                  <dt class="mono">
                    {name} <span class="dim">{usage}</span>
                  </dt>
                  <dd>{help}</dd>
                </div>
              )}
            </For>
          </Group>
        </Show>
      </section>
    </Dialog>
  );
}

function linesOf(group: Action["group"]): readonly Line[] {
  return actions().flatMap((action) =>
    action.group === group && action.keys !== undefined ? [{ keys: action.keys, words: action.title }] : [],
  );
}

function Section(props: { readonly title: string; readonly lines: readonly Line[] }) {
  return (
    <Show when={props.lines.length > 0}>
      <Group title={props.title}>
        <For each={props.lines}>
          {({ keys, words }) => (
            <div class="help-line">
              <dt>{words}</dt>
              <dd>
                <Keys keys={keys} />
              </dd>
            </div>
          )}
        </For>
      </Group>
    </Show>
  );
}

function Group(props: { readonly title: string; readonly children: JSX.Element }) {
  return (
    <section class="help-group">
      <h3>{props.title}</h3>
      <dl>{props.children}</dl>
    </section>
  );
}
