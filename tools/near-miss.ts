/** Why a text that was to be replaced is not in a file: the place that comes closest to it. */

const maxHintLines = 20;
const maxHintChars = 2000;

/** A sentence and the lines it is about, or nothing where the file has no such place. `name` is what the text is called. */
export function explainMiss(text: string, wanted: string, name = "old_string"): string {
  const file = text.split(/\r?\n/);
  const lines = trimBlank(wanted.split(/\r?\n/));
  const unnumbered = lines.map((line) => line.replace(/^\s*\d+\t/, ""));
  if (lines.every((line) => /^\s*\d+\t/.test(line)) && text.includes(unnumbered[0] ?? "")) {
    return "Leave out the line numbers that Read puts before each line.";
  }
  const closest = findClosest(file, lines);
  if (closest === undefined) return "";
  const { start, same } = closest;
  const exact = same === lines.filter((line) => line.trim() !== "").length;
  const reason = exact ? `differs from ${name} only in whitespace` : `is the closest to ${name}`;
  const shown = file.slice(start, start + Math.min(lines.length, maxHintLines));
  const numbered = shown.map((line, index) => `${start + index + 1}\t${line}`).join("\n");
  return `This place ${reason}:\n${numbered.slice(0, maxHintChars)}`;
}

function trimBlank(lines: string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(Math.max(0, first), last + 1);
}

const squeeze = (line: string) => line.replace(/\s+/g, "");

/** Where most lines agree, whitespace aside; at least half of them, or the one line as a part of another. */
function findClosest(file: readonly string[], wanted: readonly string[]) {
  const places = new Map<string, number[]>();
  file.forEach((line, index) => {
    const key = squeeze(line);
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  });
  const votes = new Map<number, number>();
  const telling = wanted
    .map(squeeze)
    .map((key, index) => ({ key, index }))
    .filter(({ key }) => key !== "");
  for (const { key, index } of telling) {
    const at = places.get(key) ?? [];
    if (at.length > 1000) continue;
    for (const place of at) votes.set(place - index, (votes.get(place - index) ?? 0) + 1);
  }
  const best = [...votes].reduce((top, vote) => (vote[1] > top[1] ? vote : top), [-1, 0] as [number, number]);
  if (best[0] >= 0 && best[1] * 2 >= telling.length) return { start: best[0], same: best[1] };
  const [only] = telling;
  if (telling.length !== 1 || only === undefined) return undefined;
  const start = file.findIndex((line) => squeeze(line).includes(only.key));
  return start < 0 ? undefined : { start, same: 1 };
}
