/** The page's colours as a terminal's, also after the theme has changed. */
import type { ITheme, Terminal } from "@xterm/xterm";

const ansi = [
  ...["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"],
  ...["brightBlack", "brightRed", "brightGreen", "brightYellow"],
  ...["brightBlue", "brightMagenta", "brightCyan", "brightWhite"],
];

/** The colours that stand at an element of the class `ansi`. */
function themeAt(element: HTMLElement): ITheme {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const slider = (percent: number) =>
    `${value("--line-strong")}${Math.round(percent * 2.55)
      .toString(16)
      .padStart(2, "0")}`;
  return {
    background: value("--code-bg"),
    foreground: value("--text"),
    cursor: value("--accent"),
    cursorAccent: value("--code-bg"),
    selectionBackground: `${value("--accent")}55`,
    scrollbarSliderBackground: slider(50),
    scrollbarSliderHoverBackground: slider(75),
    scrollbarSliderActiveBackground: slider(90),
    ...Object.fromEntries(ansi.map((name, index) => [name, value(`--a${index}`)])),
  };
}

/** Gives the terminal its font and colours, now and with each change of the theme. Returns how that is stopped. */
export function followTheme(terminal: Terminal, host: HTMLElement): () => void {
  const show = () => {
    terminal.options.theme = themeAt(host);
  };
  terminal.options.fontFamily = getComputedStyle(host).getPropertyValue("--font-mono").trim();
  show();
  const observer = new MutationObserver(show);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
