/** Where the person writes. */
import { createSignal } from "solid-js";
import { chosen } from "../state/choice.ts";
import { useStore } from "../state/context.ts";
import { toastError } from "../state/shell.ts";
import { ComposerControls } from "./composer-controls.tsx";

export function Composer() {
  const store = useStore();
  const [text, setText] = createSignal("");
  const send = async () => {
    const words = text().trim();
    if (words === "") return;
    setText("");
    try {
      const { agent, session } = store;
      if (session !== undefined && agent !== undefined) {
        await store.command(agent, { type: "prompt", text: words });
        return;
      }
      const made = (await store.request({ type: "create", text: words, ...chosen() })) as { session: string };
      store.openSession(made.session);
    } catch (error) {
      setText(words);
      toastError(error);
    }
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        aria-label="Message"
        placeholder="What should be done?"
        rows={3}
        value={text()}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void send();
        }}
      />
      <button type="submit" class="primary">
        Send
      </button>
      <ComposerControls />
    </form>
  );
}
