/** Takes back what one call did to files: all of them, or none where one of them is no longer as the call left it. */
import { FileError } from "../agent/error.ts";
import type { AgentEvent } from "../agent/event.ts";
import { diffsOf, type FileDiff } from "../agent/message.ts";
import { type Draft, takeStep } from "../tools/edit/step.ts";
import { undoHunks } from "../tools/patch.ts";

/** In its slot, or in the notice that came later. */
export function changesOfCall(events: readonly AgentEvent[], call: string): readonly FileDiff[] {
  return events.flatMap((event) => {
    if (event.type !== "message") return [];
    const { message } = event;
    if (message.type === "toolResult") return message.callId === call ? diffsOf(message.details) : [];
    return message.type === "notice" && message.call?.id === call ? diffsOf(message.details) : [];
  });
}

/** Resolves to the paths that were taken back. Throws `FileError`, and then nothing was changed. */
export async function undoStep(files: readonly FileDiff[]): Promise<readonly string[]> {
  const paths = files.map(({ path }) => path);
  const workspace = { root: "/", cwd: "/", reads: new Map(), env: {} };
  const context = { workspace, signal: new AbortController().signal };
  const plan = (draft: Draft) => {
    for (const file of files.toReversed()) undo(file, draft);
  };
  const { text, isError } = await takeStep({ paths, context, toMake: "it cannot be taken back", plan, tell: () => "" });
  if (isError) throw new FileError(text);
  return paths;
}

function undo({ path, created, deleted, hunks }: FileDiff, draft: Draft): void {
  if (draft.exists(path) === deleted) throw changedSince(path);
  if (hunks.length === 0 && !created) throw new FileError(`What ${path} was is not known; nothing was taken back.`);
  const before = undoHunks(deleted ? "" : draft.text(path), hunks);
  if (before === undefined || (created && before !== "")) throw changedSince(path);
  if (created) draft.remove(path);
  else if (deleted) draft.create(path, before);
  else draft.write(path, before);
}

function changedSince(path: string): FileError {
  return new FileError(`${path} was changed since; nothing was taken back.`, {
    hint: "Take back what came later first, or change it by hand.",
  });
}
