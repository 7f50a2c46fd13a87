/** The composer's doings on the store: what is written where, how things stand, and what each key and button does. */
import { createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { Command, Policy } from "../../agent/command.ts";
import type { Attachment } from "../../agent/message.ts";
import { isSlash, parseSlash } from "../../server/slash.ts";
import { chosen } from "./choice.ts";
import { hintsOf, modeOf } from "./compose-mode.ts";
import { type Draft, draftOf, moveDraft, sendDraft, sending, setDraft } from "./drafts.ts";
import { remember } from "./history.ts";
import type { Taken } from "./images.ts";
import { loadOwnCommands } from "./own-commands.ts";
import { queueOf } from "./queue.ts";
import { toastError } from "./shell.ts";
import { perform } from "./slash-actions.ts";
import type { Store } from "./store.ts";

export type Composing = ReturnType<typeof createComposing>;

/** A second Esc within this time ends the running tools too. */
const againMs = 1_000;

export function createComposing(store: Store) {
  const place = createMemo(() => placeOf(store));
  // What is written before the server has said which project this is goes on where it belongs.
  createEffect(on(place, (now, before) => before === nowhere && now.startsWith(nowhere) && moveDraft(before, now)));
  const draft = () => draftOf(place());
  const queue = createMemo(() => queueOf(store.transcript?.view()?.queue ?? []));
  const card = () => {
    const known = store.fleet?.cards.get(store.agent ?? "");
    return known?.ended ? known : (store.transcript?.view()?.card ?? known);
  };
  const mode = createMemo(() => modeOf({ session: store.session, card: card(), waiting: queue().length }));
  const hasContent = () => draft().text.trim() !== "" || draft().attachments.length > 0;
  const isCommand = () => isSlash(draft().text.split("\n", 1)[0] ?? "") && draft().attachments.length === 0;
  const tell = async (command: Command) => {
    const { agent } = store;
    if (agent !== undefined) await store.command(agent, command).catch(toastError);
  };

  const { halt, isRecent } = createHalt(tell);
  const [isChoosing, setChoosing] = createSignal(false);

  /** The first one that waits becomes urgent, and the others follow. */
  function goOn(): void {
    const [first] = queue();
    if (first) void tell({ type: "requeue", queueId: first.queueId, policy: "now" });
  }

  function send(policy: Policy = "now"): void {
    if (mode() === "joining" || mode() === "ended") return;
    if (!hasContent()) return mode() === "halted" ? goOn() : undefined;
    remember(store.hello?.project ?? "", draft().text.trim());
    const deliver = isCommand() ? runCommand(store, policy) : deliverTo(store, policy);
    void sendDraft(place(), policy, deliver);
  }

  return {
    place,
    draft,
    queue,
    mode,
    hasContent,
    halt,
    goOn,
    send,
    tell,
    /** Whether a list of completions is open, which takes some of the keys. */
    setChoosing,
    /** On their way from here, for longer than the eye would notice. */
    unsent: () => sending().filter((each) => each.place === place() && each.isSlow),
    hints: () =>
      hintsOf({
        mode: mode(),
        hasContent: hasContent(),
        isSlash: isCommand(),
        isChoosing: isChoosing(),
        canKill: isRecent() && (card()?.running ?? 0) > 0,
        isAsked: (card()?.asks ?? 0) > 0,
      }),
    write: (text: string) => setDraft(place(), { text }),
    attach: (attachments: readonly Attachment[]) => setDraft(place(), { attachments }),
    /** Puts pictures and texts to what is there. */
    add({ attachments, quotes }: Taken): void {
      const { text, attachments: before } = draft();
      const gap = quotes.length === 0 || text === "" || text.endsWith("\n") ? "" : "\n";
      setDraft(place(), { text: text + gap + quotes.join("\n"), attachments: [...before, ...attachments] });
    },
  };
}

/** The first press halts; a second one soon after ends the running tools too. */
function createHalt(tell: (command: Command) => Promise<void>) {
  const [isRecent, setRecent] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const halt = (): void => {
    clearTimeout(timer);
    const isAgain = isRecent();
    setRecent(!isAgain);
    timer = setTimeout(() => setRecent(false), againMs);
    void tell(isAgain ? { type: "kill", call: "all" } : { type: "halt" });
  };
  onCleanup(() => clearTimeout(timer));
  return { halt, isRecent };
}

/** Where a new session begins, of a project that is not known yet. */
const nowhere = "new:";

/**
 * Names where what is written goes: an agent of a session, or where a new one begins. The root's place is the session's own, so
 * that it is known before the fleet is.
 */
export function placeOf({ session, agent, fleet, hello }: Store): string {
  if (session === undefined) return `${nowhere}${hello?.project ?? ""}`;
  return agent === undefined || agent === (fleet?.root ?? agent) ? session : `${session}/${agent}`;
}

/** To who is shown at this moment, whoever will be when it arrives. */
function deliverTo(store: Store, policy: Policy): (draft: Draft) => Promise<unknown> {
  const { session, agent } = store;
  return async ({ text, attachments }) => {
    const files = attachments.length === 0 ? {} : { attachments: [...attachments] };
    if (session === undefined) {
      const made = (await store.request({ type: "create", text, ...files, ...chosen() })) as { session: string };
      if (store.session === undefined) store.openSession(made.session);
      return;
    }
    const command = { type: "prompt", text, ...files, policy } as const;
    await store.request({ type: "command", session, target: agent ?? "", command });
  };
}

/** A command that somebody wrote is sent as it is: the server knows what it comes to. */
function runCommand(store: Store, policy: Policy): (draft: Draft) => Promise<unknown> {
  const deliver = deliverTo(store, policy);
  return async (draft) => {
    const own = (await loadOwnCommands(store)).map(({ name }) => name);
    const action = parseSlash(draft.text, "page", own);
    return action.type === "own" ? deliver(draft) : perform(store, action);
  };
}
