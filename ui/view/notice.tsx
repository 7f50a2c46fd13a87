/** What the runtime told the model: the result of a background call, or a note. */
import { Show } from "solid-js";
import { oneLine } from "../state/call-words.ts";
import { useStore } from "../state/context.ts";
import { scrollToCall } from "../state/jump.ts";
import { foldKey } from "../state/opened.ts";
import type { NoticeItem } from "../state/view.ts";
import { Fold } from "./fold.tsx";
import { Icon } from "./icon.tsx";
import { PlainText } from "./plain-text.tsx";

export function Notice(props: { readonly item: NoticeItem }) {
  const store = useStore();
  const place = { session: store.session ?? "", agent: store.agent ?? "" };
  return (
    <div class="event" classList={{ bad: props.item.isError }}>
      <Fold
        key={foldKey(place, props.item.id)}
        class="event-fold"
        head={
          <>
            <Icon name={props.item.call ? "background" : "bell"} />
            <span class="cut">{titleOf(props.item)}</span>
          </>
        }
      >
        <PlainText text={props.item.text} />
      </Fold>
      <Show when={props.item.call}>
        {(call) => (
          <button type="button" class="link-button" onClick={() => scrollToCall(call().id)}>
            Show the call
          </button>
        )}
      </Show>
    </div>
  );
}

function titleOf({ call, isError, text }: NoticeItem): string {
  if (!call) return `Told the model: ${oneLine(text)}`;
  if (call.kind === "cancelled") return `The background call of ${call.name} was cancelled`;
  return isError ? `The background call of ${call.name} failed` : `The background call of ${call.name} is done`;
}
