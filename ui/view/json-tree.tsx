/** JSON as a tree that opens: the first two levels are open. */
import { createSignal, For, Match, Show, Switch } from "solid-js";
import type { JsonNode } from "../state/json-tree.ts";

export function JsonTree(props: { readonly tree: JsonNode }) {
  return (
    <div class="card json-tree">
      <Node node={props.tree} depth={0} />
    </div>
  );
}

type Branch = Extract<JsonNode, { type: "branch" }>;
type Leaf = Extract<JsonNode, { type: "leaf" }>;

function Node(props: { readonly node: JsonNode; readonly depth: number }) {
  return (
    <Switch>
      <Match when={props.node.type === "leaf" && props.node}>
        {(leaf: () => Leaf) => (
          <p>
            <Key name={leaf().key} />
            <span classList={{ "json-value": !leaf().isText }}>{leaf().text}</span>
          </p>
        )}
      </Match>
      <Match when={props.node.type === "branch" && props.node}>
        {(branch: () => Branch) => <BranchView branch={branch()} depth={props.depth} />}
      </Match>
    </Switch>
  );
}

function BranchView(props: { readonly branch: Branch; readonly depth: number }) {
  const [open, setOpen] = createSignal(props.depth < 2);
  return (
    <details open={open()} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Key name={props.branch.key} />
        <span class="dim small">{props.branch.size}</span>
      </summary>
      <Show when={open()}>
        <div class="json-nodes">
          <For each={props.branch.nodes}>{(node) => <Node node={node} depth={props.depth + 1} />}</For>
          <Show when={props.branch.more > 0}>
            <p class="dim small">{props.branch.more} more are not shown.</p>
          </Show>
        </div>
      </Show>
    </details>
  );
}

function Key(props: { readonly name: string }) {
  return <Show when={props.name}>{(name) => <span class="json-key">{name()} </span>}</Show>;
}
