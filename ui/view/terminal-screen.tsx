/** One terminal: an xterm on the shell's bytes. What it has shown is acknowledged, so that a flood waits for the screen. */
import { FitAddon } from "@xterm/addon-fit";
import { createEffect, createSignal, onCleanup, onMount, Show } from "solid-js";
import type { TerminalRow } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { prefs } from "../state/prefs.ts";
import type { TerminalFrame } from "../state/store.ts";
import {
  ackInSums,
  closeTerminal,
  createTyping,
  focusAsked,
  newTerminal,
  noteTitle,
  setFocusAsked,
} from "../state/terminals.ts";
import { followTheme } from "./terminal-theme.ts";
import { makeTerminal, openTerminal, watchSize } from "./terminal-xterm.ts";

const help = "Ctrl+Shift+Escape or Alt+1 leaves it, Alt+Shift+R has it read out.";

export function TerminalScreen(props: { readonly row: TerminalRow; readonly name: string }) {
  const store = useStore();
  const { id } = props.row;
  /** How the shell ended. */
  const [exit, setExit] = createSignal<{ readonly code: number | null }>();
  const terminal = makeTerminal(props.row);
  const fit = new FitAddon();
  const ack = ackInSums((bytes) => store.send({ type: "terminalAck", terminal: id, bytes }));
  let host: HTMLDivElement | undefined;

  const tellSize = () => store.send({ type: "terminalResize", terminal: id, cols: terminal.cols, rows: terminal.rows });
  const resize = () => {
    const wanted = fit.proposeDimensions();
    if (!wanted || (wanted.cols === terminal.cols && wanted.rows === terminal.rows)) return;
    fit.fit();
    tellSize();
  };
  const take = (frame: TerminalFrame) => {
    if (frame.terminal !== id) return;
    if (frame.type === "terminalExit") return void setExit({ code: frame.code });
    if (frame.reset) terminal.reset();
    // What was written before is shown at the size it was written for, and only then at ours.
    terminal.write(frame.data, () => {
      ack(frame.data.length);
      if (frame.reset) resize();
    });
  };
  const restart = async () => {
    if ((await newTerminal(store)) !== undefined) closeTerminal(store, id);
  };

  onMount(() => {
    if (!host) return;
    terminal.loadAddon(fit);
    openTerminal(terminal, host);
    onCleanup(followTheme(terminal, host));
    onCleanup(watchSize(host, resize));
    // Another page may have fitted it to itself.
    terminal.textarea?.addEventListener("focus", tellSize);
  });
  createEffect(() => terminal.textarea?.setAttribute("aria-label", `Terminal ${props.name}. ${help}`));
  createEffect(() => {
    terminal.options.screenReaderMode = prefs().readTerminals;
  });
  terminal.onData(createTyping(store, id));
  terminal.onTitleChange((title) => noteTitle(id, title));
  const stop = store.onTerminal(take);
  createEffect(() => store.link === "open" && store.send({ type: "terminalAttach", terminal: id }));
  createEffect(() => {
    if (!focusAsked()) return;
    setFocusAsked(false);
    queueMicrotask(() => terminal.focus());
  });
  onCleanup(() => {
    stop();
    store.send({ type: "terminalDetach", terminal: id });
    terminal.dispose();
  });
  return (
    <div class="terminal">
      <div class="terminal-host ansi" ref={host} />
      <Show when={exit()}>
        {(how) => <Exit code={how().code} restart={() => void restart()} close={() => closeTerminal(store, id)} />}
      </Show>
    </div>
  );
}

function Exit(props: { readonly code: number | null; readonly restart: () => void; readonly close: () => void }) {
  return (
    <p class="terminal-exit" role="status">
      <span class="grow">
        {props.code === null ? "The shell was ended." : `The shell ended with code ${props.code}.`}
      </span>
      <button type="button" class="outlined" onClick={() => props.restart()}>
        Start again
      </button>
      <button type="button" class="quiet" onClick={() => props.close()}>
        Close
      </button>
    </p>
  );
}
