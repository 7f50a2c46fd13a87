/** Waits for something to become true, for as long as a loaded machine may need. */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 20_000): Promise<void> {
  const endsAt = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > endsAt) throw new Error(`It did not come to hold in ${patienceMs} ms: ${holds}`);
    await Bun.sleep(5);
  }
}
