/** Lines up cells in columns. Columns that hold numbers, as such or as text, are put to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = head.map((_, column) => rows.every((row) => /^[\d.]+$/.test(String(row[column]))));
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

/** `value` as a bar, `width` characters long where it is as large as `largest`. Any value has at least one character. */
export function bar(value: number, largest: number, width = 40): string {
  return '█'.repeat(Math.max(1, Math.round((value / largest) * width)));
}
