/** A row of a CSV file as RFC 4180 has it, without its line end. */
export function csvRow(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",");
}

/** The cells of a row that {@linkcode csvRow} wrote. */
export function readCsvRow(row: string): readonly string[] {
  return [...`,${row}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
    quoted?.replaceAll('""', '"') ?? plain
  );
}
