/** Files dropped anywhere on an element. */
import { type Accessor, createSignal, onCleanup, onMount } from "solid-js";

/** Listens while the calling component is there; tells whether files hang over the element. */
export function useFileDrop(
  element: () => HTMLElement | null | undefined,
  take: (files: File[]) => void,
): Accessor<boolean> {
  const [isOver, setOver] = createSignal(false);
  let depth = 0;
  const count = (by: 1 | -1) => {
    depth = Math.max(0, depth + by);
    setOver(depth > 0);
  };
  const listeners = {
    dragenter: (event: DragEvent) => carriesFiles(event) && count(1),
    dragleave: (event: DragEvent) => carriesFiles(event) && count(-1),
    dragover: (event: DragEvent) => carriesFiles(event) && event.preventDefault(),
    drop: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      take([...(event.dataTransfer?.files ?? [])]);
    },
  };
  onMount(() => {
    const target = element();
    for (const [name, listener] of Object.entries(listeners)) target?.addEventListener(name, listener as EventListener);
    onCleanup(() => {
      for (const [name, listener] of Object.entries(listeners))
        target?.removeEventListener(name, listener as EventListener);
    });
  });
  return isOver;
}

const carriesFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
