/** Picks files from the disk. */
import { Icon } from "./icon.tsx";

export function AttachButton(props: { readonly take: (files: File[]) => void }) {
  let input: HTMLInputElement | undefined;
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label="Add pictures or texts"
        title="Add pictures or texts; they can be pasted and dropped too"
        onClick={() => input?.click()}
      >
        <Icon name="clip" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={({ currentTarget }) => {
          props.take([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
