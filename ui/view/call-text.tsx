/** Stand-ins until the real ones land. */
import { For } from "solid-js";
import type { Hunk } from "../../agent/message.ts";
import { plain } from "../state/plain.ts";

export function Code(props: {
  readonly code: string;
  readonly lang?: string;
  readonly path?: string;
  readonly firstLine?: number;
  readonly bare?: boolean;
}) {
  return <pre class="plain-text">{plain(props.code)}</pre>;
}
export function Ansi(props: { readonly text: string }) {
  return <pre class="plain-text">{plain(props.text)}</pre>;
}
export function Diff(props: { readonly hunks: readonly Hunk[]; readonly path: string }) {
  return <For each={props.hunks}>{(hunk) => <pre class="plain-text">{plain(hunk.lines.join("\n"))}</pre>}</For>;
}
