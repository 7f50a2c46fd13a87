/** Errors that a change brought in. */
import { Show } from "solid-js";
import type { Place } from "../../agent/message.ts";
import { plural } from "../state/format.ts";
import { placesOf } from "../state/places.ts";
import { Icon } from "./icon.tsx";
import { PlacesView } from "./places.tsx";

export function Problems(props: { readonly list: readonly Place[] }) {
  return (
    <Show when={placesOf(props.list)}>
      {(places) => (
        <section class="problems" aria-label="Errors that the change brought in">
          <h4>
            <Icon name="alert" />
            {plural(places().list.length + places().more, "new error")}
          </h4>
          <PlacesView places={places()} />
        </section>
      )}
    </Show>
  );
}
