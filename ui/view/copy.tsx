/** Copies a text, and says so for a moment. What a terminal would obey when it is pasted is left out. */
import { createSignal, onCleanup } from "solid-js";
import { plain } from "../state/plain.ts";
import { toastError } from "../state/shell.ts";
import { Icon } from "./icon.tsx";

const saidMs = 1_500;

export function CopyButton(props: { readonly text: () => string; readonly label: string }) {
  const [copied, setCopied] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(plain(props.text()));
      setCopied(true);
      clearTimeout(timer);
      timer = setTimeout(() => setCopied(false), saidMs);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={copied() ? "Copied" : props.label}
      title={copied() ? "Copied" : props.label}
      onClick={() => void copy()}
    >
      <Icon name={copied() ? "check" : "copy"} />
    </button>
  );
}
