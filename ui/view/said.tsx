/** What the person said, and what other agents said. */
import { createMemo, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { fold, foldKey } from "../state/opened.ts";
import { plain } from "../state/plain.ts";
import { forkFrom } from "../state/session-actions.ts";
import type { PeerItem, UserItem } from "../state/view.ts";
import { Attachments } from "./attachments.tsx";
import { CopyButton } from "./copy.tsx";
import { Icon } from "./icon.tsx";
import { Prose } from "./prose.tsx";

/** Longer texts are folded. */
const longChars = 3_000;
const longLines = 30;

export function UserMessage(props: { readonly item: UserItem }) {
  const store = useStore();
  const { open, set } = fold(foldKey({ session: store.session ?? "", agent: store.agent ?? "" }, props.item.id));
  const isLong = createMemo(() => {
    const { text } = props.item;
    return text.length > longChars || text.split("\n", longLines + 1).length > longLines;
  });
  return (
    <div class="said">
      <Show when={props.item.text !== ""}>
        <div class="said-text" classList={{ folded: isLong() && !open() }}>
          {plain(props.item.text)}
        </div>
      </Show>
      <Show when={isLong()}>
        <button type="button" class="link-button" aria-expanded={open()} data-fold onClick={() => set(!open())}>
          {open() ? "Show less" : "Show all"}
        </button>
      </Show>
      <Attachments list={props.item.attachments} />
      <div class="tools-float">
        <CopyButton text={() => props.item.text} label="Copy the message" />
        <ForkButton message={props.item.message} />
      </div>
    </div>
  );
}

export function PeerMessage(props: { readonly item: PeerItem }) {
  const store = useStore();
  return (
    <div class="said from-peer">
      <p class="said-by">
        <Icon name="agent" />
        <button type="button" class="link-button" onClick={() => store.openAgent(props.item.from)}>
          {plain(props.item.from)}
        </button>
      </p>
      <Prose text={props.item.text} />
      <Attachments list={props.item.attachments} />
      <div class="tools-float">
        <CopyButton text={() => props.item.text} label="Copy the message" />
      </div>
    </div>
  );
}

/** Begins a new session with the conversation up to here. */
export function ForkButton(props: { readonly message: UserItem["message"] }) {
  const store = useStore();
  return (
    <Show when={!store.isReplay}>
      <button
        type="button"
        class="icon-button"
        aria-label="Fork from here"
        title="Fork from here: a new session with the conversation so far"
        onClick={() => void forkFrom(store, props.message)}
      >
        <Icon name="fork" />
      </button>
    </Show>
  );
}
