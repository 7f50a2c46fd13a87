/** Rows of a query. What is text is shown as text, whatever it holds. */
import { For, Show } from "solid-js";
import type { DataTable } from "../state/cards.ts";

export function DataTableView(props: { readonly table: DataTable }) {
  return (
    <div class="data-table">
      <table>
        <thead>
          <tr>
            <For each={props.table.columns}>{(name) => <th scope="col">{name}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.table.rows}>
            {(row) => (
              <tr>
                <For each={row}>{(cell) => <td classList={{ dim: cell === "NULL" }}>{cell}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={props.table.note}>{(note) => <p class="dim small">{note()}</p>}</Show>
    </div>
  );
}
