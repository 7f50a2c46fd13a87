import { createRenderEffect } from "solid-js";
import { GrowingTable } from "../text/growing-table.ts";

/** A Markdown table, which may still grow. */
export function Table(props: { readonly source: string; readonly live: boolean }) {
  const grow = (element: HTMLTableElement) => {
    const table = new GrowingTable(element);
    createRenderEffect(() => table.update(props.source, props.live));
  };
  return (
    <div class="md">
      <div class="table" tabindex="0">
        <table ref={grow} />
      </div>
    </div>
  );
}
