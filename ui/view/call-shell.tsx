/** A command and what it printed. */
import { createMemo, For, Show } from "solid-js";
import { argOf } from "../state/call-words.ts";
import { plural, shownMs } from "../state/format.ts";
import { shellResult } from "../state/result-lines.ts";
import type { CallView } from "../state/view.ts";
import { Ansi } from "./ansi.tsx";
import { Code } from "./code.tsx";
import { CopyButton } from "./copy.tsx";

export function ShellCall(props: { readonly call: CallView }) {
  const ended = createMemo(() => (props.call.result === "" ? undefined : shellResult(props.call.result)));
  const coloured = () => (props.call.details?.type === "process" ? props.call.details.coloured : undefined);
  const output = () => (ended() ? (coloured() ?? ended()?.output ?? "") : props.call.output);
  return (
    <div class="shell">
      <div class="shell-command">
        <span class="shell-prompt" aria-hidden="true">
          $
        </span>
        <Code code={argOf(props.call, "command")} lang="bash" bare />
        <CopyButton text={() => argOf(props.call, "command")} label="Copy the command" />
      </div>
      <Show when={output() !== ""}>
        <Ansi text={output()} />
      </Show>
      <For each={ended()?.notes ?? []}>{(note) => <p class="call-remark">{note}</p>}</For>
      <Show when={ended()}>
        <p class="shell-status" classList={{ bad: props.call.status !== "done" }}>
          {statusOf(props.call)}
        </p>
      </Show>
    </div>
  );
}

function statusOf({ details, result, status }: CallView): string {
  if (details?.type !== "process") return shellResult(result).status || status;
  const { exitCode, signal, timedOut, durationMs } = details;
  const end = timedOut ? "timed out" : signal !== null ? `ended by ${signal}` : `exit code ${exitCode}`;
  const lines = plural(shellResult(result).output.split("\n").length, "line");
  return `${end} · ${shownMs(durationMs)} · ${lines}`;
}
