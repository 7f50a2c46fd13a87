/** An xterm as the page wants it: safe links, WebGL where there is some, and keys that lead out of it. */
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import { focusComposer } from "../state/fill.ts";
import { toastError } from "../state/shell.ts";
import { offerLink } from "../state/terminals.ts";
import { admitStyles } from "./terminal-styles.ts";

admitStyles();

const scrollback = 5_000;

/** Not yet opened. */
export function makeTerminal(size: { readonly cols: number; readonly rows: number }): Terminal {
  const { cols, rows } = size;
  const terminal = new Terminal({
    cols,
    rows,
    scrollback,
    fontSize: 13,
    lineHeight: 1.2,
    minimumContrastRatio: 4.5,
    linkHandler: { activate: (_, uri) => offerLink(uri) },
  });
  terminal.loadAddon(new WebLinksAddon((_, uri) => offerLink(uri)));
  terminal.attachCustomKeyEventHandler((event) => isForShell(event, terminal));
  return terminal;
}

/** Opens it in an element. */
export function openTerminal(terminal: Terminal, host: HTMLElement): void {
  terminal.open(host);
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // Without WebGL it draws with elements.
  }
}

/** Keys that are not the shell's: copying, pasting, the way out, the tabs of the side, and what is done with terminals. */
function isForShell(event: KeyboardEvent, terminal: Terminal): boolean {
  if (event.type !== "keydown") return true;
  const { ctrlKey, shiftKey, altKey, code } = event;
  if (ctrlKey && shiftKey && code === "KeyV") return false;
  if (ctrlKey && shiftKey && code === "KeyC") {
    event.preventDefault();
    void navigator.clipboard.writeText(terminal.getSelection()).catch(toastError);
    return false;
  }
  if (ctrlKey && shiftKey && code === "Escape") {
    event.preventDefault();
    focusComposer();
    return false;
  }
  if (altKey && !ctrlKey && (shiftKey ? /^Key[RTW]$/ : /^Digit[1-5]$/).test(code)) return false;
  event.stopPropagation();
  return true;
}

const settleMs = 80;

/** Calls back once an element's size has stayed the same for a moment. Returns how that is stopped. */
export function watchSize(host: HTMLElement, changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(changed, settleMs);
  });
  observer.observe(host);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
  };
}
