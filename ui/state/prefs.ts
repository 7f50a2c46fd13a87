/** What the person set up and the page remembers, in the browser's own storage; a storage that refuses costs only the memory. */
import { createSignal } from "solid-js";

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
  notify: false,
};
const key = "sagent.prefs";

const narrow = globalThis.matchMedia?.("(max-width: 1000px)").matches ?? false;
const [prefs, setPrefs] = createSignal<Prefs>({
  ...load(),
  ...(narrow ? { sidebarOpen: false, sideOpen: false } : {}),
});

export { prefs };

export function setPref<Name extends keyof Prefs>(name: Name, value: Prefs[Name]): void {
  const next = { ...prefs(), [name]: value };
  setPrefs(next);
  try {
    localStorage.setItem(key, JSON.stringify(next));
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
