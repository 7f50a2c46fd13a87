/** Whether the transcript keeps to its end, and where it stood when it was left. */

export interface Scroll {
  /** In px, as the browser gives them. */
  readonly top: number;
  readonly height: number;
  readonly viewport: number;
}

/** Coming down, closer to the end than this counts as at the end. */
const nearPx = 48;

/** Whether it keeps to the end after a scroll. Only the person lets go, and only upwards; whoever comes to the end stays there. */
export function pinAfter(isPinned: boolean, before: Scroll, after: Scroll, byPerson: boolean): boolean {
  const left = after.height - after.viewport - after.top;
  // What is folded takes the view up with it; that is no scroll.
  if (byPerson && after.top < before.top && after.height >= before.height) return false;
  return isPinned || (after.top > before.top && left <= nearPx) || after.height <= after.viewport;
}

/** Where an agent's transcript stood: at its end, or with a row's top so far from the top of the view, in px. */
export type Spot = { readonly type: "end" } | { readonly type: "row"; readonly id: string; readonly offset: number };

const spots = new Map<string, Spot>();

export function leaveSpot(session: string, agent: string, spot: Spot): void {
  spots.set(`${session}/${agent}`, spot);
}

export function spotOf(session: string, agent: string): Spot {
  return spots.get(`${session}/${agent}`) ?? { type: "end" };
}
