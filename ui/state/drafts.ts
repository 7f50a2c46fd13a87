/**
 * What the person has written and the agents have not got, by place: an agent of a session, or where a new one begins.
 * Words are kept in the browser's storage until the server has them on its disk, so that a reload loses none; pictures
 * are kept while the page is there.
 */
import { batch, createSignal } from "solid-js";
import type { Policy } from "../../agent/command.ts";
import type { Attachment } from "../../agent/message.ts";
import { leadOn } from "./shell.ts";
import type { RequestError } from "./socket.ts";

export interface Draft {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Why it was not taken. */
  readonly problem?: RequestError | undefined;
}

/** On its way, not yet answered for. */
export interface Sending extends Draft {
  readonly id: number;
  readonly place: string;
  readonly policy: Policy;
  /** It takes longer than the eye would notice. */
  readonly isSlow: boolean;
}

const prefix = "sagent.draft.";
const slowMs = 400;

const [drafts, setDrafts] = createSignal<ReadonlyMap<string, Draft>>(new Map());
const [sending, setSending] = createSignal<readonly Sending[]>([]);
let count = 0;

export { sending };

export function draftOf(place: string): Draft {
  return drafts().get(place) ?? { text: stored(place), attachments: [] };
}

/** Changes a draft; its problem is over. */
export function setDraft(place: string, change: Partial<Draft>): void {
  setDrafts((all) => new Map(all).set(place, { ...draftOf(place), problem: undefined, ...change }));
  keep(place);
}

/** Hands the draft of a place to `deliver`; what is refused comes back into the field, with the reason. */
export async function sendDraft(place: string, policy: Policy, deliver: (draft: Draft) => Promise<unknown>) {
  const { text, attachments } = draftOf(place);
  const draft = { text: text.trim(), attachments };
  count += 1;
  const id = count;
  batch(() => {
    setSending((all) => [...all, { ...draft, id, place, policy, isSlow: false }]);
    setDraft(place, { text: "", attachments: [] });
  });
  const timer = setTimeout(() => {
    setSending((all) => all.map((each) => (each.id === id ? { ...each, isSlow: true } : each)));
  }, slowMs);
  try {
    await deliver(draft);
    drop(id);
  } catch (error) {
    batch(() => {
      drop(id);
      giveBack(place, draft, error as RequestError);
      leadOn(error);
    });
  } finally {
    clearTimeout(timer);
    keep(place);
  }
}

/** Puts words and pictures before what is in the field by now. */
export function giveBack(place: string, draft: Draft, problem?: RequestError): void {
  const now = draftOf(place);
  const text = [draft.text, now.text].filter((each) => each.trim() !== "").join("\n");
  setDraft(place, { text, attachments: [...draft.attachments, ...now.attachments], problem });
}

/** Takes what was written at a place to another. */
export function moveDraft(from: string, to: string): void {
  const draft = draftOf(from);
  if (draft.text === "" && draft.attachments.length === 0) return;
  batch(() => {
    setDraft(from, { text: "", attachments: [] });
    giveBack(to, draft);
  });
}

const drop = (id: number) => setSending((all) => all.filter((each) => each.id !== id));

function keep(place: string): void {
  const unsent = sending().filter((each) => each.place === place);
  const text = [...unsent, draftOf(place)].flatMap((each) => (each.text.trim() === "" ? [] : each.text)).join("\n");
  try {
    if (text === "") localStorage.removeItem(prefix + place);
    else localStorage.setItem(prefix + place, text);
  } catch {
    // A private window has no storage, and a full one takes no more.
  }
}

function stored(place: string): string {
  try {
    return localStorage.getItem(prefix + place) ?? "";
  } catch {
    return "";
  }
}
