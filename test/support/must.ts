/** The value, which must be there: throws with `what` it is where it is null or undefined. */
export function must<T>(value: T, what = "the value"): NonNullable<T> {
  if (value === null || value === undefined) throw new Error(`Expected ${what}, got ${value}.`);
  return value;
}
