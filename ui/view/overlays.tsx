/** What lies over the page: dialogs and passing words. A dialog's code comes after the page's, or when it is first opened. */
import { lazy, Match, onCleanup, onMount, Switch } from "solid-js";
import { dialog } from "../state/shell.ts";
import { useFleetActions } from "./fleet-shortcuts.ts";
import { useSessionActions } from "./session-shortcuts.ts";
import { Toasts } from "./toasts.tsx";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const Help = lazy(async () => ({ default: (await import("./help.tsx")).Help }));
const Find = lazy(async () => ({ default: (await import("./find.tsx")).Find }));
const Export = lazy(async () => ({ default: (await import("./export.tsx")).Export }));
const ModelPicker = lazy(async () => ({ default: (await import("./model-picker.tsx")).ModelPicker }));
const LocalModels = lazy(async () => ({ default: (await import("./local-models.tsx")).LocalModels }));
const Timeline = lazy(async () => ({ default: (await import("./timeline.tsx")).Timeline }));
const Retune = lazy(async () => ({ default: (await import("./retune.tsx")).Retune }));
const Spawn = lazy(async () => ({ default: (await import("./spawn.tsx")).Spawn }));

const preloadMs = 500;

export function Overlays() {
  useSessionActions();
  useFleetActions();
  // Who opens them by a key types on at once.
  onMount(() => {
    const timer = setTimeout(() => void Promise.all([Palette.preload(), Find.preload()]), preloadMs);
    onCleanup(() => clearTimeout(timer));
  });
  return (
    <>
      <Switch>
        <Match when={dialog() === "palette"}>
          <Palette />
        </Match>
        <Match when={dialog() === "help"}>
          <Help />
        </Match>
        <Match when={dialog() === "find"}>
          <Find />
        </Match>
        <Match when={dialog() === "export"}>
          <Export />
        </Match>
        <Match when={dialog() === "models"}>
          <ModelPicker />
        </Match>
        <Match when={dialog() === "local"}>
          <LocalModels />
        </Match>
        <Match when={dialog() === "timeline"}>
          <Timeline />
        </Match>
        <Match when={dialog() === "retune"}>
          <Retune />
        </Match>
        <Match when={dialog() === "spawn"}>
          <Spawn />
        </Match>
      </Switch>
      <Toasts />
    </>
  );
}
