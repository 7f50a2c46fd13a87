/** Comes. */
export function Find() {
  return null;
}
