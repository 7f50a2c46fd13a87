/** The plain view of a call: what its line leaves out of the arguments, and what came back. */
import { createMemo, createSignal, Show } from "solid-js";
import { argsLine } from "../state/call-words.ts";
import type { CallView } from "../state/view.ts";
import { Code } from "./code.tsx";
import { PlainText } from "./plain-text.tsx";

export function Args(props: { readonly call: CallView }) {
  const line = createMemo(() => argsLine(props.call));
  return (
    <Show
      when={line() === undefined}
      fallback={<Show when={line()}>{(text) => <p class="call-remark args">{text()}</p>}</Show>}
    >
      <section class="call-part">
        <h4>Arguments</h4>
        <Code code={argsText(props.call)} lang="json" />
      </section>
    </Show>
  );
}

/** What was written where it was no JSON. */
function argsText({ args, raw }: CallView): string {
  return args === undefined || raw !== "" ? raw : JSON.stringify(args, null, 2);
}

/** The text that came back, or what came so far. */
export function Result(props: { readonly call: CallView }) {
  const text = () => props.call.result || props.call.output;
  return (
    <Show when={text() !== ""}>
      <section class="call-part">
        <h4>{props.call.result === "" ? "Output so far" : "Result"}</h4>
        <PlainText text={text()} class={props.call.status === "failed" ? "bad" : ""} />
      </section>
    </Show>
  );
}

/** What the model reads of a result that is shown as cards. */
export function Told(props: { readonly text: string }) {
  const [open, setOpen] = createSignal(false);
  return (
    <Show when={props.text !== ""}>
      <details class="told" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary class="small">As the model reads it</summary>
        <Show when={open()}>
          <PlainText text={props.text} />
        </Show>
      </details>
    </Show>
  );
}
