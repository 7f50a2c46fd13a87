/** A request for permission, with just what is to be done. No key that a sentence begins with says yes by itself in a field. */
import { createSignal, For, Show } from "solid-js";
import type { Answer, Ask, Scope } from "../../agent/ask.ts";
import { useAskKeys } from "../state/ask-keys.ts";
import { exact } from "../state/plain.ts";
import { Diff } from "./diff.tsx";

type Permission = Extract<Ask, { type: "permission" }>;

const scopes: Readonly<Record<Scope, { readonly title: string; readonly key: string }>> = {
  once: { title: "Once", key: "y" },
  session: { title: "This session", key: "s" },
  project: { title: "This project", key: "p" },
};

export function AskPermission(props: {
  readonly ask: Permission;
  readonly answer: (answer: Answer) => void;
  /** No answer is taken now. */
  readonly isHeld: boolean;
}) {
  const [reason, setReason] = createSignal("");
  let body: HTMLDivElement | undefined;
  const deny = () => {
    const words = reason().trim();
    props.answer({ type: "deny", ...(words === "" ? {} : { reason: words }) });
  };
  useAskKeys(
    () => body,
    (key) => {
      const scope = props.ask.scopes.find((each) => scopes[each].key === key);
      if (scope) props.answer({ type: "allow", scope });
      else if (key === "n") deny();
      return scope !== undefined || key === "n";
    },
  );
  return (
    <div ref={body} class="ask-body">
      <p class="ask-text">
        <b>{exact(props.ask.tool)}</b> {exact(props.ask.text)}
      </p>
      <Show when={props.ask.command}>
        {(command) => (
          <pre class="ask-exact" tabindex="0">
            {exact(command())}
          </pre>
        )}
      </Show>
      <Show when={props.ask.url}>{(url) => <pre class="ask-exact">{exact(url())}</pre>}</Show>
      <Show when={props.ask.diff}>
        {(diff) => (
          <div class="ask-exact">
            <div class="mono small">{exact(diff().path)}</div>
            <Diff hunks={diff().hunks} path={diff().path} write={exact} />
          </div>
        )}
      </Show>
      <div class="row ask-end">
        <For each={props.ask.scopes}>
          {(scope) => (
            <button
              type="button"
              class="outlined"
              disabled={props.isHeld}
              onClick={() => props.answer({ type: "allow", scope })}
            >
              {scopes[scope].title} <kbd>{scopes[scope].key}</kbd>
            </button>
          )}
        </For>
        <span class="grow" />
        <input
          type="text"
          aria-label="Why not"
          placeholder="Why not (optional)"
          value={reason()}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <button type="button" class="danger" disabled={props.isHeld} onClick={deny}>
          Deny <kbd>n</kbd>
        </button>
      </div>
    </div>
  );
}
