/** Shows the theme that was chosen, and follows the system's where that was. */
import { createEffect, onCleanup } from "solid-js";
import { shownTheme } from "./prefs.ts";

/** While the calling component is there. */
export function useTheme(): void {
  const media = window.matchMedia("(prefers-color-scheme: light)");
  const show = () => {
    document.documentElement.dataset.theme = shownTheme();
  };
  createEffect(show);
  media.addEventListener("change", show);
  onCleanup(() => media.removeEventListener("change", show));
}
