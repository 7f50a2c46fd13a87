/** Rows of text as a table whose columns line up. */

/** A line a row; the columns numbered in `right` are aligned there. Cells are plain text. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, width(cell))), []);
  const padded = (cell: string, at: number) => {
    const space = " ".repeat((widths[at] ?? 0) - width(cell));
    return right.includes(at) ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}

const width = (cell: string) => Bun.stringWidth(cell);
