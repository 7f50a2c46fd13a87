/** Names that are close to one that somebody typed. */

const most = 3;

/** The closest first; none where nothing is close. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  const scored = names.map((name) => ({ name, far: distance(wanted, name.toLowerCase()) }));
  const close = scored.filter(({ name, far }) => far <= Math.max(1, wanted.length / 3) || isPart(wanted, name));
  return close
    .toSorted((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ name }) => name);
}

function isPart(wanted: string, name: string): boolean {
  return wanted.length > 2 && name.toLowerCase().includes(wanted);
}

/** Letters to put in, leave out or change (Levenshtein). */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
