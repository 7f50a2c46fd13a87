/** Places in files as the page draws them, a row each that opens the file there. */
import type { Place, ToolDetails } from "../agent/message.ts";

/** More rows than these are looked through by nobody. */
const mostPlaces = 300;

export interface PlacesCard {
  /** How many there are, where that is more than are given. */
  readonly total?: number;
  /** What has to be known of all of them, as a sentence. */
  readonly note?: string;
}

/** The details `{ type: "custom", name: "places", data }` of a result. */
export function placesCard(places: readonly Place[], { total = places.length, note }: PlacesCard = {}): ToolDetails {
  const shown = places.slice(0, mostPlaces);
  const more = total - shown.length;
  return {
    type: "custom",
    name: "places",
    data: {
      places: JSON.parse(JSON.stringify(shown)),
      ...(more > 0 && { more }),
      ...(note !== undefined && note !== "" && { note }),
    },
  };
}
