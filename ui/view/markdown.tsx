/** Markdown that may still grow: each block is drawn once it is known, and drawn again only while it is the last one. */
import { createMemo, Index, Show } from "solid-js";
import { openFile } from "../state/shell.ts";
import { type Block, Blocks } from "../text/blocks.ts";
import { safeHtml } from "../text/safe.ts";
import { Code } from "./code.tsx";

export function Markdown(props: { readonly text: string; readonly live?: boolean | undefined }) {
  const blocks = new Blocks();
  const list = createMemo(() => blocks.update(props.text, props.live ?? false));
  const onClick = (event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("button.path") : null;
    const { path, line } = button?.dataset ?? {};
    if (path !== undefined) openFile(path, line === undefined ? undefined : Number(line));
  };
  return (
    <div class="prose" ref={(element) => element.addEventListener("click", onClick)}>
      <Index each={list()}>{(block) => <BlockView block={block()} />}</Index>
    </div>
  );
}

function BlockView(props: { readonly block: Block }) {
  const html = createMemo(() => (props.block.type === "markdown" ? safeHtml(props.block.source) : ""));
  return (
    <Show when={props.block.type === "code"} fallback={<div class="md" innerHTML={html()} />}>
      <Code code={props.block.source} lang={props.block.lang} live={!props.block.done} />
    </Show>
  );
}
