/** The list of completions as signals: asks for what fits the word at the caret, and keeps what it shows until it knows better. */
import { type Accessor, batch, createEffect, createMemo, createSignal, onCleanup, untrack } from "solid-js";
import type { FoundFile } from "../../server/file-types.ts";
import { getJson } from "./api.ts";
import {
  agentMention,
  type Candidate,
  choiceCandidates,
  commandCandidates,
  fileCandidate,
  type Named,
  namedCandidates,
  type Wanted,
  wantedAt,
} from "./complete.ts";
import { loadProviders, providers } from "./model-list.ts";
import { knownOwnCommands, loadOwnCommands } from "./own-commands.ts";
import type { Store } from "./store.ts";

export interface Completions {
  /** Undefined where no list is open. */
  readonly wanted: Accessor<Wanted | undefined>;
  readonly list: Accessor<readonly Candidate[]>;
  /** Which of them is chosen. */
  readonly index: Accessor<number>;
  setIndex(index: number): void;
  /** Until the caret is in another word. */
  close(): void;
}

const shownAtMost = 50;

/** `caret` is undefined where nothing is to be completed, as while the person walks through the history. */
export function createCompletions(
  store: Store,
  text: Accessor<string>,
  caret: Accessor<number | undefined>,
): Completions {
  const [list, setList] = createSignal<readonly Candidate[]>([]);
  const [index, setIndex] = createSignal(0);
  const [closed, setClosed] = createSignal<string>();
  const here = createMemo(() => {
    const at = caret();
    return at === undefined ? undefined : wantedAt(text(), at);
  });
  const wanted = createMemo(() => {
    const word = here();
    return word && placeOf(word) !== closed() ? word : undefined;
  });
  let shown: string | undefined;
  let asked = new AbortController();
  const show = (word: Wanted, candidates: readonly Candidate[]) =>
    batch(() => {
      shown = placeOf(word);
      setList(candidates.slice(0, shownAtMost));
      setIndex(0);
    });
  createEffect(() => {
    asked.abort();
    const word = wanted();
    if (!here()) setClosed(undefined);
    if (!word) return void batch(() => setList([]));
    asked = new AbortController();
    const { signal } = asked;
    if (shown !== placeOf(word)) setList([]);
    untrack(() => candidatesFor(store, word, signal)).then(
      (candidates) => signal.aborted || show(word, candidates),
      () => signal.aborted || show(word, []),
    );
  });
  onCleanup(() => asked.abort());
  return {
    wanted: () => (list().length > 0 ? wanted() : undefined),
    list,
    index,
    setIndex,
    close: () => setClosed(here() && placeOf(here() as Wanted)),
  };
}

const placeOf = ({ kind, from }: Wanted) => `${kind}:${from}`;

async function candidatesFor(store: Store, { kind, word }: Wanted, signal: AbortSignal): Promise<readonly Candidate[]> {
  switch (kind) {
    case "command":
      return commandCandidates(word, await (word === "/" ? loadOwnCommands(store) : knownOwnCommands(store)));
    case "mention": {
      const agents = namedCandidates(word, agentsOf(store), "agent").map(agentMention);
      const files = await getJson<readonly FoundFile[]>("/api/files/find", { q: word }, signal).catch(() => []);
      return [...agents.slice(0, word === "" ? 5 : shownAtMost), ...files.map(fileCandidate)];
    }
    case "agent":
      return namedCandidates(word, agentsOf(store), "agent");
    case "call":
      return namedCandidates(word, callsOf(store), "terminal");
    case "model":
      return namedCandidates(word, await models(), "list");
    case "session":
      return namedCandidates(word, sessionsOf(store), "list");
    default:
      return choiceCandidates(kind, word) ?? [];
  }
}

function agentsOf({ fleet, agent }: Store): readonly Named[] {
  return [...(fleet?.cards.values() ?? [])].flatMap(({ label, ended, status, state }) =>
    ended || label === agent ? [] : [{ name: label, detail: status || state }],
  );
}

function callsOf({ transcript }: Store): readonly Named[] {
  const parts = (transcript?.view()?.items ?? []).flatMap((item) => (item.type === "assistant" ? item.parts : []));
  const running = parts.flatMap((part): Named[] => {
    if (part.type !== "call" || part.call.callId === undefined) return [];
    const { callId, status, name, label } = part.call;
    return status === "running" || status === "background" ? [{ name: callId, detail: `${name} ${label}` }] : [];
  });
  return [...running, { name: "all", detail: "every call that runs" }];
}

function sessionsOf({ sessions, session }: Store): readonly Named[] {
  return (sessions ?? []).flatMap(({ id, title }) =>
    id === session ? [] : [{ name: id, detail: title || "Untitled", words: title }],
  );
}

/** What can be used now. */
async function models(): Promise<readonly Named[]> {
  if (!providers()) await loadProviders();
  return (providers() ?? []).flatMap(({ name, usable, models: rows }) =>
    usable ? rows.map(({ id, tags }): Named => ({ name: id, detail: name, words: tags.join(" ") })) : [],
  );
}
