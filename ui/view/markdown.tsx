/** Markdown that may still grow: each block is drawn once it is known, and drawn again only while it is the last one. */
import { createMemo, Index, Match, Switch } from "solid-js";
import { openFile } from "../state/shell.ts";
import { type Block, Blocks } from "../text/blocks.ts";
import { safeHtml } from "../text/safe.ts";
import { Code } from "./code.tsx";
import { Table } from "./table.tsx";

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
  return (
    <Switch fallback={<Formatted block={props.block} />}>
      <Match when={props.block.type === "code"}>
        <Code code={props.block.source} lang={props.block.lang} live={!props.block.done} />
      </Match>
      <Match when={props.block.type === "table"}>
        <Table source={props.block.source} live={!props.block.done} />
      </Match>
    </Switch>
  );
}

function Formatted(props: { readonly block: Block }) {
  const html = createMemo(() => safeHtml(props.block.source, props.block.done));
  return <div class="md" innerHTML={html()} />;
}
