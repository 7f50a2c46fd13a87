/** What the person set up and the page remembers, in the browser's own storage; a storage that refuses costs only the memory. */
import { createSignal } from "solid-js";
import { narrow } from "./screen.ts";

export type ThemeChoice = "system" | "dark" | "light";

export interface Prefs {
  readonly theme: ThemeChoice;
  /** Widths in px. */
  readonly sidebar: number;
  readonly side: number;
  readonly sidebarOpen: boolean;
  readonly sideOpen: boolean;
  readonly sideTab: string;
  readonly diffStyle: "unified" | "split";
  /** What the fleet's changes are compared with. */
  readonly changesAgainst: "session" | "git";
  /** The steps of a plan are all shown. */
  readonly planOpen: boolean;
  /** Terminals are told to a screen reader. */
  readonly readTerminals: boolean;
  /** Browser notifications on done, blocked, failed. */
  readonly notify: boolean;
}

const defaults: Prefs = {
  theme: "system",
  sidebar: 264,
  side: 400,
  sidebarOpen: true,
  sideOpen: true,
  sideTab: "fleet",
  diffStyle: "unified",
  changesAgainst: "session",
  planOpen: true,
  readTerminals: false,
  notify: false,
};
const key = "sagent.prefs";

/** What is open of the columns is remembered for a wide screen; on a narrow one it is of the moment. */
let kept = load();
const [prefs, setPrefs] = createSignal(fitting(kept));
narrow?.addEventListener("change", () => setPrefs(fitting(kept)));

export { prefs };

function fitting(wanted: Prefs): Prefs {
  return narrow?.matches ? { ...wanted, sidebarOpen: false, sideOpen: false } : wanted;
}

export function setPref<Name extends keyof Prefs>(name: Name, value: Prefs[Name]): void {
  setPrefs({ ...prefs(), [name]: value });
  if (narrow?.matches && (name === "sidebarOpen" || name === "sideOpen")) return;
  kept = { ...kept, [name]: value };
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A private window has no storage.
  }
}

/** The theme that is shown, the system's where that was chosen. */
export function shownTheme(): "dark" | "light" {
  const { theme } = prefs();
  if (theme !== "system") return theme;
  return globalThis.matchMedia?.("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

function load(): Prefs {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    if (typeof saved !== "object" || saved === null) return defaults;
    const fits = Object.entries(saved).filter(
      ([name, value]) => name in defaults && typeof value === typeof defaults[name as keyof Prefs],
    );
    return { ...defaults, ...Object.fromEntries(fits) };
  } catch {
    return defaults;
  }
}
