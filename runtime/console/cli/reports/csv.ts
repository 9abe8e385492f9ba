/**
 * A table as RFC 4180 has it, every value in quotes. What a spreadsheet would take for a formula has an apostrophe before it.
 */
export function csv(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [headings, ...rows].map((row) => row.map(quoted).join(",") + "\r\n").join("");
}

function quoted(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
