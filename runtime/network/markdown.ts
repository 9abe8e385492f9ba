/** A table with columns as wide as their widest cell, so that it reads well as text, too. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map(cellText));
  const widths = headings.map((_, at) => Math.max(3, ...lines.map((row) => row[at].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  return [line(lines[0]), line(widths.map((width) => "-".repeat(width))), ...lines.slice(1).map(line)].join(
    "\n",
  );
}

/** A block of text as it is. */
export function codeBlock(text: string): string {
  return "```\n" + text.trimEnd() + "\n```";
}

function cellText(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}
