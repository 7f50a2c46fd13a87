/**
 * Code, terminal text and changes of calls, as plain text: the one place where the highlighter, the terminal's colours
 * and the full diff view are to be put in.
 */
import { For } from "solid-js";
import type { Hunk } from "../../agent/message.ts";
import { plain } from "../state/plain.ts";

export function Code(props: {
  readonly code: string;
  readonly lang?: string;
  /** Tells the language by its ending. */
  readonly path?: string;
  readonly firstLine?: number;
  /** Without a box of its own. */
  readonly bare?: boolean;
}) {
  return <pre class={`plain-text ${props.bare ? "bare" : ""}`}>{plain(props.code)}</pre>;
}

export function Ansi(props: { readonly text: string }) {
  return <pre class="plain-text">{plain(props.text)}</pre>;
}

export function Diff(props: { readonly hunks: readonly Hunk[]; readonly path: string }) {
  return (
    <For each={props.hunks}>
      {(hunk) => (
        <pre class="plain-text hunk">
          <For each={hunk.lines}>{(line) => <span class={kinds[line[0] ?? ""] ?? "same"}>{plain(line)}</span>}</For>
        </pre>
      )}
    </For>
  );
}

const kinds: Readonly<Record<string, string>> = { "+": "added", "-": "removed" };
