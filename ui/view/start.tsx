/** Where a session begins: who will answer, what could be asked, and what was worked on last. */
import { For, Match, Show, Switch } from "solid-js";
import { choice } from "../state/choice.ts";
import { useStore } from "../state/context.ts";
import { fillComposer } from "../state/fill.ts";
import { shownWhen } from "../state/format.ts";
import { providers } from "../state/model-list.ts";
import { plain } from "../state/plain.ts";
import { openSession, sessionRows } from "../state/session-actions.ts";
import { titleOf } from "../state/session-list.ts";
import { setDialog } from "../state/shell.ts";
import { type Beginning, beginningOf } from "../state/start.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Badge } from "./session-row.tsx";

const tasks: readonly { readonly icon: IconName; readonly title: string; readonly text: string }[] = [
  {
    icon: "book",
    title: "Explain this project",
    text: "Explain this project to somebody new: what it is for, its parts, and where to begin reading.",
  },
  {
    icon: "search",
    title: "Find and mend a bug",
    text: "Look for a likely bug in this project, show me how it comes about, and mend it with a test.",
  },
  {
    icon: "check",
    title: "Run the tests",
    text: "Run the tests. Where some fail, find out why and mend what is wrong.",
  },
  {
    icon: "agent",
    title: "Split up a task",
    text: "Review the latest changes with several agents at once: one for correctness, one for tests, one for style. Then sum up.",
  },
];

const shownRecent = 4;

export function Start() {
  const store = useStore();
  const recent = () => (sessionRows(store) ?? []).slice(0, shownRecent);
  const project = () => plain(store.hello?.project.split("/").at(-1) || "this project");
  return (
    <div class="start">
      <div class="start-inner">
        <h1>What should be done in {project()}?</h1>
        <p class="dim">
          sagent works here with the model you choose: it reads, changes and runs things, alone or as a fleet of agents.
        </p>
        <Answerer />
        <ul class="start-tasks">
          <For each={tasks}>
            {({ icon, title, text }) => (
              <li>
                <button type="button" class="start-task" title={text} onClick={() => fillComposer(store, text)}>
                  <Icon name={icon} />
                  <span>{title}</span>
                </button>
              </li>
            )}
          </For>
        </ul>
        <Show when={recent().length > 0}>
          <h2>Go on with</h2>
          <ul class="start-recent">
            <For each={recent()}>
              {(row) => (
                <li>
                  <button type="button" class="row" onClick={() => openSession(store, row.id)}>
                    <Badge state={row.state} />
                    <span class="grow cut">{plain(titleOf(row))}</span>
                    <span class="dim small">{shownWhen(Math.min(row.updatedAt, Date.now()), Date.now())}</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
    </div>
  );
}

/** Who will answer; where nobody can, the way to a model on this machine. */
function Answerer() {
  const beginning = () => {
    const known = providers();
    return known && beginningOf(known, choice());
  };
  const as = <Type extends Beginning["type"]>(type: Type) => {
    const found = beginning();
    return found?.type === type ? (found as Extract<Beginning, { type: Type }>) : undefined;
  };
  return (
    <div class="start-answerer" aria-live="polite">
      <Switch fallback={<p class="dim"> </p>}>
        <Match when={as("ready")}>
          {(ready) => (
            <p class="start-line">
              <Icon name={ready().isLocal ? "chip" : "cloud"} />
              <span>
                <strong>{ready().model}</strong> answers
                {ready().isLocal
                  ? ", on this machine: nothing leaves it and nothing is paid"
                  : `, by ${ready().provider}`}
                .
              </span>
              <button type="button" class="link-button" onClick={() => setDialog("models")}>
                Choose another
              </button>
            </p>
          )}
        </Match>
        <Match when={as("away")}>
          {(away) => (
            <div class="start-away">
              <p class="start-text">
                No key is set, so a model on this machine will answer: <strong>{away().model}</strong>. It has to be
                fetched once.
              </p>
              <button type="button" class="primary" onClick={() => setDialog("local")}>
                <Icon name="download" />
                Get a local model
              </button>
              <button type="button" class="link-button" onClick={() => setDialog("models")}>
                Or see how to use a provider
              </button>
            </div>
          )}
        </Match>
      </Switch>
    </div>
  );
}
