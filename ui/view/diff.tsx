/** A change, by hunk: one column or two, with line numbers. What is added and removed is told by a sign, not by colour alone. */
import { createMemo, createSignal, For, Show } from "solid-js";
import type { Hunk } from "../../agent/message.ts";
import { revealed } from "../state/plain.ts";
import { prefs } from "../state/prefs.ts";
import { type DiffLine, type DiffPair, firstLines, linesOf, pairsOf } from "../text/diff.ts";

const shownLines = 500;

/** `write` makes a text fit to be shown; by default escapes are left out, and what hides is named. */
export function Diff(props: {
  readonly hunks: readonly Hunk[];
  readonly path: string;
  readonly write?: (text: string) => string;
}) {
  const write = (text: string) => (props.write ?? revealed)(text);
  const [whole, setWhole] = createSignal(false);
  const all = createMemo(() => props.hunks.map((hunk) => ({ hunk, lines: linesOf(hunk) })));
  const count = () => all().reduce((sum, { lines }) => sum + lines.length, 0);
  const shown = () => (whole() ? all() : firstLines(all(), shownLines));
  return (
    <div class="diff" classList={{ split: prefs().diffStyle === "split" }}>
      <For each={shown()}>
        {({ hunk, lines }) => (
          <table>
            <caption>
              <span class="hidden-label">{`Change of ${write(props.path)}, `}</span>
              {`@@ −${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`}
            </caption>
            <tbody>
              <Show
                when={prefs().diffStyle === "split"}
                fallback={<For each={lines}>{(line) => <Unified line={line} write={write} />}</For>}
              >
                <For each={pairsOf(lines)}>{(pair) => <Split pair={pair} write={write} />}</For>
              </Show>
            </tbody>
          </table>
        )}
      </For>
      <Show when={!whole() && count() > shownLines}>
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          Show all {count()} lines of the change
        </button>
      </Show>
    </div>
  );
}

type Write = (text: string) => string;

function Unified(props: { readonly line: DiffLine; readonly write: Write }) {
  return (
    <tr class={props.line.kind}>
      <td class="number">{props.line.before}</td>
      <td class="number">{props.line.after}</td>
      <Text line={props.line} write={props.write} />
    </tr>
  );
}

function Split(props: { readonly pair: DiffPair; readonly write: Write }) {
  return (
    <tr>
      <td class="number">{props.pair.left?.before}</td>
      <Text line={props.pair.left} write={props.write} />
      <td class="number">{props.pair.right?.after}</td>
      <Text line={props.pair.right} write={props.write} />
    </tr>
  );
}

const signs = { same: " ", added: "+", removed: "−", note: "" } as const;

function Text(props: { readonly line: DiffLine | undefined; readonly write: Write }) {
  return (
    <td class={`text ${props.line?.kind ?? "none"}`}>
      <Show when={props.line}>
        {(line) => (
          <>
            <span class="sign">{signs[line().kind]}</span>
            <For each={line().pieces}>
              {({ text, changed }) => (changed ? <mark>{props.write(text)}</mark> : <span>{props.write(text)}</span>)}
            </For>
          </>
        )}
      </Show>
    </td>
  );
}
